"""`chirrup reconcile`: set counts right, also while a server is running."""

import asyncio
from typing import Annotated

import typer

from chirrup.commands.console import print_json, print_table, progress
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption
from chirrup.commands.session import opened
from chirrup.reconciliation import Report, everything_counted
from chirrup.reconciliation import reconcile as recount


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report; exit code 1 if a count is wrong.")] = False,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recount followers, posts, replies, retweets and likes, and repair the counts that have drifted."""

    async def run() -> Report:
        with progress() as bars:
            task = bars.add_task("Recounting", total=len(everything_counted()))
            async with opened(data_dir, profile) as instance:
                return await recount(
                    instance.db, instance.outbox, repair=not dry_run, done=lambda _: bars.advance(task)
                )

    report = asyncio.run(run())
    if as_json:
        print_json(report)
    else:
        _print(report, dry_run)
    if dry_run and report.wrong:
        raise typer.Exit(1)


def _print(report: Report, dry_run: bool) -> None:
    found = [[drift.counted, drift.wrong] for drift in report.counts]
    print_table(["count", "wrong" if dry_run else "repaired"], found)
    examples = [(drift.counted, *example) for drift in report.counts for example in drift.examples]
    if examples:
        typer.echo()
        print_table(["count", "of", "was", "is" if not dry_run else "should be"], examples)
    if report.dead_letters_dropped:
        typer.echo(f"\nDropped {report.dead_letters_dropped} dead letter(s): what they would have counted is counted.")
