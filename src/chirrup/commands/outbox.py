"""`chirrup outbox`: how far the consumers of events are, and what they could not handle."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chirrup.commands.console import print_json, print_table
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption
from chirrup.commands.session import opened
from chirrup.platform.clock import rfc3339
from chirrup.platform.errors import NotFound
from chirrup.platform.outbox import Backlog, ConsumerLag, DeadLetter

app = typer.Typer(invoke_without_command=True)


class Facts(msgspec.Struct, frozen=True):
    """The state of the outbox."""

    newest: int
    waiting: Backlog
    consumers: list[ConsumerLag]
    dead_letters: list[DeadLetter]


@app.callback()
def show(
    context: typer.Context,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how far each consumer of events is, and the dead letters: events that a consumer gave up on."""
    if context.invoked_subcommand is not None:
        # the options may stand on either side of `retry`
        context.obj = (data_dir, profile)
        return
    facts = asyncio.run(_facts(data_dir, profile))
    if as_json:
        print_json(facts)
        return
    typer.echo(f"Newest event: {facts.newest}")
    if facts.waiting.oldest is not None:
        typer.echo(f"Not published yet: {facts.waiting.pending}, the oldest of {rfc3339(facts.waiting.oldest)}")
    typer.echo()
    print_table(
        ["consumer", "events", "handled up to", "behind", "waiting since"],
        [
            [c.consumer, c.topic or "all", c.position, c.lag, rfc3339(c.oldest) if c.oldest else ""]
            for c in facts.consumers
        ],
    )
    if not facts.dead_letters:
        typer.echo("\nNo dead letters.")
        return
    typer.echo()
    print_table(
        ["dead letter", "consumer", "event", "attempts", "since", "asked to retry", "error"],
        [
            [d.id, d.consumer, f"{d.type} {d.event_id}", d.attempts, rfc3339(d.created_at), d.retrying, d.error]
            for d in facts.dead_letters
        ],
    )


@app.command()
def retry(
    context: typer.Context,
    letter_ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="The dead letters.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the serving process handle dead letters once more."""
    if every == bool(letter_ids):
        raise typer.BadParameter("Name the dead letters, or say --all.")
    above: tuple[Path | None, str | None] = context.obj or (None, None)
    asked = asyncio.run(_ask(data_dir or above[0], profile or above[1], letter_ids or []))
    if as_json:
        print_json({"asked": asked})
    else:
        typer.echo(f"Asked to handle {asked} dead letter(s) once more; the serving process does it within a second.")


async def _facts(data_dir: Path | None, profile: str | None) -> Facts:
    async with opened(data_dir, profile) as instance:
        reader = instance.db.read
        newest = await instance.outbox.newest(reader)
        waiting = await instance.outbox.backlog(reader)
        return Facts(newest, waiting, await instance.outbox.lag(reader), await instance.outbox.dead_letters(reader))


async def _ask(data_dir: Path | None, profile: str | None, letter_ids: list[int]) -> int:
    """Mark the letters, all of them or none."""
    async with opened(data_dir, profile) as instance, instance.db.transaction() as tx:
        known = [letter.id for letter in await instance.outbox.dead_letters(tx)]
        missing = sorted(set(letter_ids) - set(known))
        if missing:
            raise NotFound(f"There is no dead letter {', '.join(map(str, missing))}.")
        return await instance.outbox.ask_retry(tx, letter_ids or known)
