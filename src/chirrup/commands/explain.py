"""`chirrup explain`: why a post is, or is not, in somebody's home timeline."""

import asyncio
from typing import Annotated

import msgspec
import typer

from chirrup.bootstrap import open_application
from chirrup.commands.console import print_json, print_table
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption, settings_of
from chirrup.commands.running import ask
from chirrup.commands.session import make_ready
from chirrup.entrypoints.operator import EXPLAIN
from chirrup.settings import Settings
from chirrup.timelines.schemas import ExplanationAnswer, explanation_answer


def explain(
    viewer: Annotated[str, typer.Option(help="Whose home timeline: a username or an id.")],
    post: Annotated[str, typer.Option(help="The id of a post.")],
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why a post is or is not in somebody's home timeline, by which way, when, and how late.

    Exit code 0 if it is there, 1 if not.
    """
    settings = settings_of(data_dir, profile)
    answer = _of_server(settings, viewer, post) if settings.profile == "embedded" else None
    served = answer is not None or settings.profile == "cluster"
    if answer is None:
        answer = asyncio.run(_here(settings, viewer, post))
    if as_json:
        print_json(answer)
    else:
        _print(answer, served=served)
    if not answer.shown:
        raise typer.Exit(1)


def _of_server(settings: Settings, viewer: str, post: str) -> ExplanationAnswer | None:
    """Return what the running server answers, which has the timelines in its memory."""
    lines = ask(settings, "GET", EXPLAIN, {"viewer": viewer, "post_id": post})
    return None if lines is None else msgspec.json.decode(b"".join(lines), type=ExplanationAnswer)


async def _here(settings: Settings, viewer: str, post: str) -> ExplanationAnswer:
    await make_ready(settings)
    async with open_application(settings) as app:
        return explanation_answer(await app.explainer.explain(viewer, post))


def _print(answer: ExplanationAnswer, *, served: bool) -> None:
    typer.echo(answer.summary)
    if not served:
        typer.echo("No server is running here, so there are no stored timelines: this is what a first read would show.")
    typer.echo()
    rows: list[list[object]] = [[one.rule, one.passes, one.detail] for one in answer.checks]
    if answer.way is not None:
        rows.append(["way", answer.shown, answer.because])
    print_table(["what decides", "in favor", ""], rows)
    typer.echo()
    print_table(
        ["step", "when", "after (ms)", ""],
        [[one.step, one.at or "not known", one.late_ms, one.detail] for one in answer.moments],
    )
    if answer.viewer.status != "active":
        typer.echo(f"\n{answer.viewer.username} cannot log in at all: the account is {answer.viewer.status}.")
