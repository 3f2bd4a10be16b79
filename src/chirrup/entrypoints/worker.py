"""What is done beside answering requests: delivering events, the periodic jobs, and what the profile adds."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager

import structlog

from chirrup.bootstrap import Application, open_application
from chirrup.platform.clock import Clock
from chirrup.platform.errors import StartRefused
from chirrup.registry import Job
from chirrup.settings import Settings

JOBS = "jobs"
Duty = Callable[[], Awaitable[None]]

log = structlog.get_logger()


@asynccontextmanager
async def working(
    settings: Settings, *, clock: Clock | None = None, only: Collection[str] | None = None
) -> AsyncIterator[Application]:
    """Open an application, and do the work of some roles, by default all, for as long as the block lasts."""
    async with open_application(settings, clock) as app, at_work(app, only):
        yield app


@asynccontextmanager
async def at_work(app: Application, only: Collection[str] | None = None) -> AsyncIterator["asyncio.Future[None]"]:
    """Do the work of some roles, by default all; what is yielded fails when one of them does.

    At the end, what is under way is undone if it does not end by itself: it will be done again.

    Raises:
        StartRefused: a role is not known.
    """
    failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    tasks = [asyncio.ensure_future(_guarded(name, duty, failure)) for name, duty in duties(app, only)]
    try:
        yield failure
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=app.settings.shutdown_seconds)
            if late:
                log.error("worker.not_ended", duties=len(late), seconds=app.settings.shutdown_seconds)
        if failure.done() and not failure.cancelled():
            # it has been logged, whether or not somebody waits for it
            failure.exception()


def roles_of(app: Application) -> list[str]:
    """Return all roles: a slice delivers its events, `jobs` does the periodic jobs, the others are the profile's."""
    slices = {subscription.name.partition(".")[0] for subscription in app.subscriptions}
    return sorted({JOBS, *slices, *app.roles})


def duties(app: Application, only: Collection[str] | None) -> list[tuple[str, Duty]]:
    """Return what the roles do, each by name.

    Raises:
        StartRefused: a role is not known.
    """
    known = roles_of(app)
    unknown = sorted(set(only or ()) - set(known))
    if unknown:
        raise StartRefused(f"There is no role {', '.join(unknown)}; the roles are {', '.join(known)}.")
    return list(_duties(app, set(only or known)))


def _duties(app: Application, chosen: set[str]) -> Iterator[tuple[str, Duty]]:
    names = {subscription.name for subscription in app.subscriptions if subscription.name.partition(".")[0] in chosen}
    if names:
        yield "bus", functools.partial(app.bus.run, None if len(names) == len(app.subscriptions) else names)
    for role, run in app.roles.items():
        if role in chosen:
            yield role, run
    if JOBS in chosen:
        for job in app.jobs:
            yield f"{JOBS}.{job.name}", functools.partial(_repeat, job)


async def _guarded(name: str, duty: Duty, failure: "asyncio.Future[None]") -> None:
    try:
        await duty()
    except Exception as error:
        log.exception("worker.failed", duty=name)
        if not failure.done():
            failure.set_exception(error)


async def _repeat(job: Job) -> None:
    while True:
        await asyncio.sleep(job.seconds)
        try:
            await job.run()
        except Exception:
            log.exception("job.failed", job=job.name)
