"""What holds for the connection to the server of the streams."""

import asyncio
import contextlib
import gc

from chirrup.platform.adapters.redis_streams.connection import Connection
from tests.redis_servers import RedisCluster

STEPS = 120
"""More than the event loop takes for asking twice."""


async def test_wherever_it_is_cancelled_nothing_stays_open(empty_cluster: RedisCluster) -> None:
    async def ask_twice(connection: Connection) -> None:
        try:
            for _ in range(2):
                await connection.run(lambda client: client.ping())
                await connection.close()
        finally:
            await connection.close()

    gc.collect()
    for steps in range(STEPS):
        task = asyncio.create_task(ask_twice(Connection(empty_cluster.url, "{birds}")))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        # what is left open complains now, and fails the test
        gc.collect(1)
