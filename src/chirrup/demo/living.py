"""A community that goes on by itself beside a server, for as long as somebody looks."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import structlog

from chirrup.accounts.models import Status
from chirrup.accounts.store import AccountStore
from chirrup.bootstrap import Application
from chirrup.demo.members import Members
from chirrup.demo.plan import Act, Plan
from chirrup.demo.roster import Member, Roster, read_roster
from chirrup.platform.errors import Refusal

_ACT_SECONDS = 10.0
_UNWATCHED_SECONDS = 1.0
_FEWEST = 3

log = structlog.get_logger()


@asynccontextmanager
async def living(
    path: Path, per_minute: float, chance: random.Random, app: Application, watched: Callable[[], bool]
) -> AsyncIterator[None]:
    """Have the members of the roster in a file act while the block lasts, so many times a minute.

    While nobody watches, nothing happens. What goes wrong is logged and no more. At the end the act under way is ended
    first.
    """
    roster = read_roster(path)
    there = await _present(app, roster) if roster else []
    if roster is None or len(there) < _FEWEST:
        log.warning("demo.nobody", reason="`chirrup demo` has not filled this instance; nobody is acted for")
        yield
        return
    members = Members(app, msgspec.structs.replace(roster, members=there), chance)
    stopping = asyncio.Event()
    task = asyncio.create_task(
        go_on(members.act, Plan(chance, per_minute), watched, partial(_happens_within, stopping))
    )
    log.info("demo.members", members=len(there), per_minute=per_minute)
    try:
        yield
    finally:
        stopping.set()
        await task


async def go_on(
    act: Callable[[Act], Awaitable[None]],
    plan: Plan,
    watched: Callable[[], bool],
    ends_within: Callable[[float], Awaitable[bool]],
) -> None:
    """Do what is planned; `ends_within` waits for so many seconds, and returns whether the end has come."""
    pause = 0.0
    while not await ends_within(pause):
        if watched():
            await attempt(act, plan.next())
            pause = plan.pause()
        else:
            pause = _UNWATCHED_SECONDS


async def attempt(act: Callable[[Act], Awaitable[None]], which: Act) -> None:
    """Do one act; what the instance refuses or what fails is logged, since nobody waits for it."""
    try:
        async with asyncio.timeout(_ACT_SECONDS):
            await act(which)
    except Refusal as refusal:
        log.info("demo.act_refused", act=which, reason=str(refusal))
    except Exception:
        log.exception("demo.act_failed", act=which)


async def _happens_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, and return whether it has happened in time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def _present(app: Application, roster: Roster) -> list[Member]:
    """Return the members whose accounts are there and are who they were."""
    accounts = await AccountStore().by_ids(app.db.read, [member.id for member in roster.members])
    return [
        member
        for member in roster.members
        if (account := accounts.get(member.id)) is not None
        and account.username == member.username
        and account.status is Status.ACTIVE
    ]
