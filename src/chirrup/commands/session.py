"""Opening an instance for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chirrup.bootstrap import Application, open_application
from chirrup.commands.options import settings_of
from chirrup.platform.datadir import DataDir


@asynccontextmanager
async def opened(data_dir: Path | None, profile: str | None) -> AsyncIterator[Application]:
    """Open an instance beside a server that may be running; an empty data directory is initialised first."""
    settings = settings_of(data_dir, profile)
    DataDir(settings.data_dir).prepare()
    async with open_application(settings) as app:
        yield app
