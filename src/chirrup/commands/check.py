"""`chirrup check`: whether an instance is whole."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import typer

from chirrup.bootstrap import Application, examinations, examine, open_application
from chirrup.commands.check_timelines import check_timelines
from chirrup.commands.console import print_json, print_table, progress
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption, settings_of
from chirrup.commands.session import make_ready
from chirrup.media import lost_blobs
from chirrup.media.store import MediaStore
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import Unavailable
from chirrup.platform.integrity import SHOWN
from chirrup.reconciliation import everything_counted, reconcile
from chirrup.settings import Settings

app = typer.Typer(invoke_without_command=True)
app.command("timelines")(check_timelines)


class Result(msgspec.Struct, frozen=True):
    """What was examined, and what was found."""

    examined: str
    result: Literal["ok", "warning", "fault"]
    wrong: int = 0
    detail: str = ""


@app.callback()
def check(
    context: typer.Context,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify that an instance is whole: files, references, counts, events. Exit code 1 where something is wrong."""
    if context.invoked_subcommand is not None:
        # the options may stand on either side of `timelines`
        context.obj = (data_dir, profile, as_json)
        return
    results = asyncio.run(_examine(settings_of(data_dir, profile)))
    faults = sum(result.result == "fault" for result in results)
    if as_json:
        print_json({"ok": faults == 0, "results": results})
    else:
        print_table(
            ["examined", "result", "wrong", "detail"], [[r.examined, r.result, r.wrong, r.detail] for r in results]
        )
        typer.echo(f"\n{faults} fault(s)." if faults else "\nAll is well.")
    if faults:
        raise typer.Exit(1)


async def _examine(settings: Settings) -> list[Result]:
    await make_ready(settings)
    results = [*await _database(settings), *_keys(DataDir(settings.data_dir))]
    if not any(result.examined == "database file" and result.wrong for result in results):
        results += await _counts(settings)
    return results


async def _database(settings: Settings) -> list[Result]:
    with progress() as bars:
        task = bars.add_task("Examining the database", total=examinations(settings))
        return [
            Result(finding.examined, "fault" if finding.wrong else "ok", finding.wrong, finding.detail)
            async for finding in examine(settings, lambda: bars.advance(task))
        ]


def _keys(data: DataDir) -> Iterator[Result]:
    keys = sorted(data.keys.glob("*.pem")) if data.keys.is_dir() else []
    folder = [data.keys] if data.keys.is_dir() else []
    open_to_others = [path for path in [*folder, *keys] if stat.S_IMODE(path.stat().st_mode) & 0o077]
    detail = ", ".join(f"{_name(path, data)} is readable by others" for path in open_to_others)
    yield Result("signing keys", "fault" if open_to_others else "ok", len(open_to_others), detail)


def _name(path: Path, data: DataDir) -> str:
    return str(path.relative_to(data.root))


async def _counts(settings: Settings) -> list[Result]:
    with progress() as bars:
        task = bars.add_task("Recounting", total=len(everything_counted()))
        async with open_application(settings) as instance:
            report = await reconcile(instance.db, instance.outbox, repair=False, done=lambda _: bars.advance(task))
            letters = await instance.outbox.dead_letters(instance.db.read)
            pictures = await _pictures(instance)
    results = [
        Result(
            f"count of {drift.counted.removesuffix('_count')}",
            "warning" if drift.wrong else "ok",
            drift.wrong,
            "`chirrup reconcile` repairs it" if drift.wrong else "",
        )
        for drift in report.counts
    ]
    advice = "`chirrup outbox` shows them" if letters else ""
    return [*results, pictures, Result("dead letters", "warning" if letters else "ok", len(letters), advice)]


async def _pictures(instance: Application) -> Result:
    try:
        lost = [name async for name in lost_blobs(instance.db, MediaStore(), instance.blobs)]
    except Unavailable as error:
        return Result("pictures", "warning", 0, f"not examined: {error.detail}")
    detail = f"missing: {', '.join(lost[:SHOWN])}" if lost else ""
    return Result("pictures", "fault" if lost else "ok", len(lost), detail)
