"""A server of a data directory whose accounts are known by their tokens beforehand."""

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.settings import Settings

_PUBLIC_URL = "http://127.0.0.1"
"""The same for whoever signs tokens and whoever takes them."""
_TOKENS_LAST = 7200


@contextmanager
def serving(data_dir: Path, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `chirrup serve` on a core of its own; yield its address and process."""
    with harness.chirrup_server(data_dir, CHIRRUP_PUBLIC_URL=_PUBLIC_URL, **environment) as server:
        yield server


def sign_in(data_dir: Path, account_ids: Sequence[int]) -> list[str]:
    """Return an access token of each account."""
    return asyncio.run(_sign_in(data_dir, account_ids))


async def _sign_in(data_dir: Path, account_ids: Sequence[int]) -> list[str]:
    settings = Settings(data_dir=data_dir, public_url=_PUBLIC_URL, access_token_seconds=_TOKENS_LAST)
    async with open_application(settings) as app:
        tokens: list[str] = []
        for start in range(0, len(account_ids), 500):
            some = account_ids[start : start + 500]
            tokens += await asyncio.gather(*(harness.access_token(app, account_id) for account_id in some))
        return tokens


def read_once(url: str, tokens: Sequence[str]) -> list[harness.Connection]:
    """Have each account read its home timeline, so that it has one; return their connections."""
    readers = [harness.Connection(url, token) for token in tokens]
    for reader in readers:
        reader.feed(1)
    return readers
