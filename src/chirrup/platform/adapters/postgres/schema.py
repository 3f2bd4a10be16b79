"""Whether a PostgreSQL database has the tables that this program knows."""

import asyncio
import sys

import asyncpg
import structlog

from chirrup.migrations import HEAD
from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS
from chirrup.platform.adapters.postgres.partitions import MOST, make_partitions
from chirrup.platform.clock import Clock
from chirrup.platform.errors import StartRefused, Unavailable

MIGRATION_TIMEOUT = 3600
_TIMEOUT = 10.0

log = structlog.get_logger()


async def prepare(url: str, clock: Clock, *, migrate: bool = False) -> None:
    """Make the tables of an empty database, or bring an older one up to date if asked to; make missing partitions.

    Raises:
        StartRefused: the database cannot be reached, is newer than this program, or is older and was not to be
            changed.
    """
    found = await revision(url)
    if found is not None and found > HEAD:
        raise StartRefused(
            f"The database was made by a newer version of Chirrup (schema {found}; this one knows {HEAD})."
        )
    if found is None or (migrate and found < HEAD):
        await _migrate(url)
    elif found < HEAD:
        raise StartRefused(f"The database has schema {found} and this program needs {HEAD}; run `chirrup migrate`.")
    try:
        await make_partitions(url, clock, most=None if migrate else MOST)
    except Unavailable as refused:
        # posts land without them too, and the periodic job goes on trying
        log.warning("postgres.partitions_missing", reason=refused.detail)


async def revision(url: str) -> str | None:
    """Return the revision of a database's schema; None where it has no tables of Chirrup.

    Raises:
        StartRefused: it cannot be reached.
    """
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT, command_timeout=_TIMEOUT, statement_cache_size=0)
        try:
            found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
            return found
        except asyncpg.UndefinedTableError:
            return None
        finally:
            await connection.close()
    except CONNECT_FAULTS as error:
        raise StartRefused(f"The database cannot be reached: {str(error) or type(error).__name__}.") from error


async def _migrate(url: str) -> None:
    """Bring a database up to date, in a process of its own so that no server carries the migration tools."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chirrup.migrate", "-",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(MIGRATION_TIMEOUT):
            _, errors = await process.communicate(f"{url}\n".encode())
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise StartRefused("The migration of the database takes too long.") from error
    if process.returncode != 0:
        reason = errors.decode("utf-8", "replace").strip().splitlines()[-1:] or ["unknown"]
        raise StartRefused(f"The database cannot be brought up to date: {reason[0]}.")
