"""`chirrup check timelines`: whether stored timelines hold what the database says."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated

import msgspec
import typer

from chirrup.bootstrap import open_application
from chirrup.commands.console import print_json, print_table, progress
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption, settings_of
from chirrup.commands.running import ask
from chirrup.entrypoints.operator import CHECK_TIMELINES
from chirrup.platform.errors import StartRefused
from chirrup.settings import Settings
from chirrup.timelines.audit import Findings

Told = Callable[[Findings], None]


def check_timelines(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Drop the timelines that differ; reading builds them anew.")
    ] = False,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare stored home timelines with the database, also while people post.

    Exit code 1 where one lacks a post or holds an id of none.
    """
    above = context.obj or (None, None, False)
    settings = settings_of(data_dir or above[0], profile or above[1])
    found = _check(settings, repair=repair)
    if as_json or above[2]:
        print_json({"ok": not found.wrong, "repaired": repair and found.different > 0, **msgspec.to_builtins(found)})
    else:
        _print(found, repaired=repair)
    if found.wrong:
        raise typer.Exit(1)


def _check(settings: Settings, *, repair: bool) -> Findings:
    total = Findings()
    with progress() as bars:
        task = bars.add_task("Comparing timelines", total=None)

        def tell(findings: Findings) -> None:
            nonlocal total
            total = total.plus(findings)
            bars.update(task, completed=total.checked)

        if settings.profile == "embedded":
            for findings in _of_server(settings, repair=repair):
                tell(findings)
        else:
            asyncio.run(_here(settings, tell, repair=repair))
    return total


async def _here(settings: Settings, tell: Told, *, repair: bool) -> None:
    async with open_application(settings) as app:
        async for findings in app.audit.everything(repair=repair):
            tell(findings)


def _of_server(settings: Settings, *, repair: bool) -> Iterator[Findings]:
    """Yield what the running server finds, which has the timelines in its memory.

    Raises:
        StartRefused: it has stopped before the end.
    """
    lines = ask(settings, "POST", CHECK_TIMELINES, {"repair": str(repair).lower()})
    if lines is None:
        return
    line = b""
    for line in lines:
        if line.strip():
            yield msgspec.json.decode(line, type=Findings)
    if line.strip() or not line:
        raise StartRefused("The running server has broken off the comparison; its log says why.")


def _print(found: Findings, *, repaired: bool) -> None:
    if not found.checked:
        typer.echo("There are no stored timelines: nobody has read since the server was started, or none is running.")
        return
    print_table(
        ["timelines", "whole", "void", "undecided", "different", "of these wrong"],
        [[found.checked, found.whole, found.void, found.undecided, found.different, found.wrong]],
    )
    if found.differences:
        typer.echo()
        print_table(
            ["of account", "missing", "unknown", "foreign", "such as"],
            [[d.owner_id, d.missing, d.unknown, d.foreign, " ".join(d.examples[:3])] for d in found.differences],
        )
    if found.void:
        typer.echo("\nVoid timelines were built from other follows than there are now; reading builds them anew.")
    if found.undecided:
        typer.echo("\nUndecided ones may lack posts that stayed on their way; `chirrup outbox` tells how far that is.")
    if repaired and found.different:
        typer.echo(f"\nDropped {found.different} timeline(s); reading builds them anew.")
    elif not found.wrong:
        typer.echo("\nAll is well.")
