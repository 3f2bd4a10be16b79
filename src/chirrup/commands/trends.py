"""`chirrup trends`: what trends and why, and what is kept from it."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from chirrup.commands.console import print_json, print_table
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption
from chirrup.commands.session import opened
from chirrup.platform.clock import rfc3339
from chirrup.platform.ids import time_of
from chirrup.trends.models import ALL, Term, Trend

app = typer.Typer(no_args_is_help=True, help="What trends: list it, and block terms.")

TermArgument = Annotated[
    str, typer.Argument(help="A hashtag, the beginning of one and *, or a host.", show_default=False)
]


@app.command("list")
def list_trends(
    lang: Annotated[str, typer.Option(help="In posts of one language, by its ISO 639 code; else in all.")] = ALL,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what trends, and why: how much more it is used than usually."""

    async def run() -> Sequence[Trend]:
        async with opened(data_dir, profile) as instance:
            return await instance.trends.listed(lang)

    trends = asyncio.run(run())
    if as_json:
        print_json([{**_facts(trend), "post_ids": [str(key) for key in trend.post_ids]} for trend in trends])
        return
    print_table(
        ["trend", "accounts", "observed", "expected", "score", "since"],
        [[one.subject, one.authors, one.observed, one.expected, one.score, rfc3339(one.since)] for one in trends],
    )


@app.command()
def block(
    term: TermArgument, data_dir: DataDirOption = None, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Keep something from trending, at once and in all languages."""

    async def run() -> Term:
        async with opened(data_dir, profile) as instance:
            return await instance.trends.block(0, term)

    _say(asyncio.run(run()), as_json, "does not trend any more.")


@app.command()
def unblock(
    term: TermArgument, data_dir: DataDirOption = None, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Let something trend again."""

    async def run() -> Term:
        async with opened(data_dir, profile) as instance:
            return await instance.trends.unblock_text(term)

    _say(asyncio.run(run()), as_json, "may trend again.")


@app.command()
def blocked(data_dir: DataDirOption = None, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """List what is kept from trending, newest first."""

    async def run() -> list[Term]:
        async with opened(data_dir, profile) as instance:
            return await instance.trends.blocked()

    terms = asyncio.run(run())
    if as_json:
        print_json([_shown(term) for term in terms])
        return
    print_table(["term", "since"], [[term.term, rfc3339(time_of(term.id))] for term in terms])


def _say(term: Term, as_json: bool, what: str) -> None:
    if as_json:
        print_json(_shown(term))
    else:
        typer.echo(f"{term.term} {what}")


def _shown(term: Term) -> dict[str, str | None]:
    moderator = str(term.moderator_id) if term.moderator_id else None
    return {
        "id": str(term.id), "term": term.term, "created_at": rfc3339(time_of(term.id)), "moderator_id": moderator,
    }  # fmt: skip


def _facts(trend: Trend) -> dict[str, object]:
    return {
        "subject": trend.subject,
        "name": trend.name,
        "authors_count": trend.authors,
        "observed": trend.observed,
        "expected": trend.expected,
        "score": trend.score,
        "since": rfc3339(trend.since),
    }
