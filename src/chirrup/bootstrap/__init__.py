"""The only place where adapters are chosen and everything is wired together: one module a profile."""

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from chirrup.accounts.passwords import Passwords
from chirrup.bootstrap.adapters import Adapters
from chirrup.bootstrap.application import Application, assemble
from chirrup.platform.clock import Clock, SystemClock
from chirrup.platform.integrity import Finding
from chirrup.platform.telemetry import Telemetry
from chirrup.settings import Settings

__all__ = ["Adapters", "Application", "examinations", "examine", "open_application", "prepare"]


async def prepare(settings: Settings) -> None:
    """Make or bring up to date what the profile keeps its data in.

    Raises:
        StartRefused: that cannot be done, such as for a database that is newer than this program.
        Unavailable: a service does not answer.
    """
    await _profile(settings).prepare(settings)


def examine(settings: Settings, done: Callable[[], None]) -> AsyncIterator[Finding]:
    """Yield what the examinations of the database find; `done` hears of the end of each.

    Raises:
        Unavailable: the database does not answer.
    """
    findings: AsyncIterator[Finding] = _profile(settings).examine(settings, done)
    return findings


def examinations(settings: Settings) -> int:
    """Return how many examinations there are."""
    number: int = _profile(settings).examinations()
    return number


@asynccontextmanager
async def open_application(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Application]:
    """Wire everything over what its profile has prepared."""
    clock = clock or SystemClock()
    telemetry, passwords = Telemetry(), Passwords()
    async with _profile(settings).open_adapters(settings, clock, telemetry) as adapters:
        app = assemble(settings, clock, telemetry, passwords, adapters)
        try:
            yield app
        finally:
            await app.live.hub.close()
    passwords.close()


def _profile(settings: Settings) -> Any:
    # by name, so that a community's server does not carry the drivers of a cluster
    return importlib.import_module(f"chirrup.bootstrap.{settings.profile}")
