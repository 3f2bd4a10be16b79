"""Asking the server that runs over a data directory, for what is in its memory."""

import http.client
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from chirrup.entrypoints.operator import too_long
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import NotFound, Refusal, StartRefused
from chirrup.platform.http.schemas import Problem
from chirrup.settings import Settings

_SECONDS = 60.0


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to a socket in the file system."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(os.fspath(self._path))


def ask(settings: Settings, method: str, path: str, query: Mapping[str, str]) -> Iterator[bytes] | None:
    """Return the lines that the running server answers, None where none runs.

    Raises:
        StartRefused: it cannot be asked, or stops answering.
        Refusal: it refuses.
    """
    place = DataDir(settings.data_dir).operator
    if too_long(place):
        raise StartRefused(f"The path {place} is too long for a socket, so a running server cannot be asked.")
    connection = _Connection(place)
    try:
        connection.connect()
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    return _lines(connection, method, f"{path}?{urlencode(query)}")


def _lines(connection: http.client.HTTPConnection, method: str, target: str) -> Iterator[bytes]:
    with closing(connection):
        try:
            connection.request(method, target)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise _refusal(answer.read())
            yield from answer
        except (OSError, http.client.HTTPException) as error:
            raise StartRefused(f"The running server has stopped answering: {error}.") from error


def _refusal(body: bytes) -> Refusal:
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError:
        return Refusal("The running server has refused.")
    return NotFound(problem.detail) if problem.status == NotFound.status else Refusal(problem.detail)
