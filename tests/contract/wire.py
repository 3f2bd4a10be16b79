"""A stretch of network between a client and a server that tests can break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """Forwards connections to a server until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._server_place = (host, port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaf = False
        self.port = 0
        self.flowing = asyncio.Event()
        """Cleared, nothing gets through, and nobody is told."""
        self.flowing.set()
        self.cut_after: bytes | None = None
        """Forward what holds these bytes to the server, and nothing after, nor any answer."""

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break all connections and refuse new ones."""
        if self._server:
            self._server.close()
            self._server = None
        self._break()

    async def close(self) -> None:
        """Break all for good."""
        await self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _break(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._server_place)
        self._open |= {writer, back}
        for task in (
            asyncio.create_task(self._carry(reader, back, towards_server=True)),
            asyncio.create_task(self._carry(there, writer, towards_server=False)),
        ):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, towards_server: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.flowing.wait()
                last = towards_server and self.cut_after is not None and self.cut_after in data
                self._deaf = self._deaf or last
                if towards_server or not self._deaf:
                    writer.write(data)
                    await writer.drain()
                elif self._deaf:
                    # the server has done it, and nobody hears of it
                    self._deaf, self.cut_after = False, None
                    self._break()
        writer.close()


@asynccontextmanager
async def wire_to(host: str, port: int) -> AsyncIterator[Wire]:
    """Lay a wire to a server."""
    wire = Wire(host, port)
    await wire.start()
    try:
        yield wire
    finally:
        await wire.close()
