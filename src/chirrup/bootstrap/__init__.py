"""The only place where adapters are chosen and everything is wired together: one module a profile."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chirrup.accounts.passwords import Passwords
from chirrup.bootstrap.application import Adapters, Application, assemble
from chirrup.platform.clock import Clock, SystemClock
from chirrup.platform.telemetry import Telemetry
from chirrup.settings import Settings

__all__ = ["Adapters", "Application", "open_application"]


@asynccontextmanager
async def open_application(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Application]:
    """Wire everything over what its profile has prepared."""
    # by name, so that a community's server does not carry the drivers of a cluster
    profile = importlib.import_module(f"chirrup.bootstrap.{settings.profile}")
    clock = clock or SystemClock()
    telemetry, passwords = Telemetry(), Passwords()
    async with profile.open_adapters(settings, clock, telemetry) as adapters:
        yield assemble(settings, clock, telemetry, passwords, adapters)
    passwords.close()
