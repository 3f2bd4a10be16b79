"""Opening an instance for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chirrup.bootstrap import Application, open_application, prepare
from chirrup.commands.options import settings_of
from chirrup.platform.errors import StartRefused
from chirrup.settings import Settings


@asynccontextmanager
async def opened(data_dir: Path | None, profile: str | None) -> AsyncIterator[Application]:
    """Open an instance beside servers that may be running; an empty data directory is initialised first."""
    settings = settings_of(data_dir, profile)
    await make_ready(settings)
    async with open_application(settings) as app:
        yield app


async def make_ready(settings: Settings) -> None:
    """Bring a data directory up to date; a cluster is, by `chirrup migrate` alone."""
    if settings.profile == "embedded":
        await prepare(settings)


def need_embedded(settings: Settings, command: str, instead: str) -> None:
    """Refuse a command that is about a data directory.

    Raises:
        StartRefused: the data are elsewhere.
    """
    if settings.profile != "embedded":
        raise StartRefused(f"`chirrup {command}` is for the embedded profile: {instead}.")
