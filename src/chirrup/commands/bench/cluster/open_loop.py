"""A load that does not wait for the server: when each post is due is settled beforehand.

A client that sends its next request only after an answer sends fewest when the server is slowest, and so leaves out of
its figures what others would have waited ("coordinated omission": Gil Tene, How NOT to Measure Latency, 2013; his
wrk2 measures from the time at which a request was due, as is done here).
"""

import asyncio
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from chirrup.platform.errors import Unavailable

_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One post: when it was due, sent and answered, in seconds of the event loop, and its id if it was published."""

    due: float
    sent: float
    answered: float
    post_id: int | None


def poisson(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """Return when arrivals that come independently of each other, `rate` a second, are due, from 0 on."""
    times = itertools.accumulate(chance.expovariate(rate) for _ in itertools.count())
    return list(itertools.takewhile(lambda time: time < seconds, times))


class Client:
    """Publishes posts over as many kept-alive connections as there are requests at a time."""

    def __init__(self, url: str, tokens: Sequence[str]) -> None:
        """Post to a server, in turn by each of the access tokens."""
        place = urlsplit(url)
        self._host, self._port = place.hostname or "", place.port or 80
        self._heads = [
            f"POST /api/v1/posts HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
            for token in tokens
        ]
        self._numbers = itertools.count()
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> Self:
        """Do nothing yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        for connection in self._idle:
            connection[1].close()

    async def offer(self, start: float, times: Sequence[float]) -> list[Sent]:
        """Publish posts when they are due, in seconds after a start, and return what became of each."""
        loop = asyncio.get_running_loop()
        tasks = []
        for time in times:
            await asyncio.sleep(start + time - loop.time())
            tasks.append(asyncio.create_task(self.post(start + time)))
        return await asyncio.gather(*tasks)

    async def post(self, due: float) -> Sent:
        """Publish a post.

        Raises:
            Unavailable: the server has broken off, or given no answer within a minute.
        """
        loop = asyncio.get_running_loop()
        sent = loop.time()
        try:
            async with asyncio.timeout(_TIMEOUT):
                post_id = await self._exchange(next(self._numbers))
        except (OSError, EOFError, TimeoutError) as error:
            raise Unavailable(f"A post was not answered: {error or type(error).__name__}") from error
        return Sent(due, sent, loop.time(), post_id)

    async def _exchange(self, number: int) -> int | None:
        connection = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        reader, writer = connection
        body = f'{{"text":"Note {number} from the reeds."}}'
        writer.write(f"{self._heads[number % len(self._heads)]}{len(body)}\r\n\r\n{body}".encode())
        status, _, headers = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
        answer = await reader.readexactly(next(_lengths(headers)))
        self._idle.append(connection)
        return int(json.loads(answer)["id"]) if b" 201 " in status else None


def _lengths(headers: bytes) -> Iterator[int]:
    for line in headers.splitlines():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            yield int(value)
