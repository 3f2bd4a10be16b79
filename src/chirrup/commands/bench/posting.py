"""`chirrup bench post`: durable posts against bare durable commits."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.platform.adapters.sqlite.database import connect

_AUTHORS = 32


def post(
    rounds: Annotated[int, typer.Option(help="How often to measure both.", min=1)] = 3,
    seconds: Annotated[int, typer.Option(help="How long to load each.", min=1)] = 5,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Post from 32 connections, each answered after its fsync, in turn with bare commits on the same disk."""
    if bench := harness.for_profile(profile, "posting"):
        bench.post(rounds, seconds, as_json=as_json)
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        data_dir = Path(folder) / "data"
        tokens = asyncio.run(_seed(data_dir))
        rates, commits, tails = [], [], []
        with harness.chirrup_server(data_dir) as (url, _):
            script = Path(folder) / "post.lua"
            script.write_text(harness.posting_script([harness.exchange(url, token) for token in tokens]))
            for _ in range(rounds):
                rate, middle, tail = harness.wrk(f"{url}/api/v1/posts", {}, seconds, script=script)
                rates.append(rate)
                tails.append(tail / middle)
                commits.append(_bare_commits(Path(folder) / "bare.db"))
    ratio = statistics.median(rate / bare for rate, bare in zip(rates, commits, strict=True))
    facts = {
        "posts_per_second": round(statistics.median(rates)),
        "bare_commits_per_second": round(statistics.median(commits)),
        "ratio": round(ratio, 2),
        "p99_over_p50": round(statistics.median(tails), 2),
    }
    harness.report(facts, as_json=as_json)


def _bare_commits(path: Path) -> float:
    """Return how many transactions of one row SQLite makes durable in a second, one after another."""
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, text TEXT)")
        started = time.perf_counter()
        count = 0
        while time.perf_counter() - started < 1:
            _commit_one(connection)
            count += 1
        return count / (time.perf_counter() - started)


def _commit_one(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO bare (text) VALUES ('Note from the reeds.')")
    connection.execute("COMMIT")


async def _seed(data_dir: Path) -> list[str]:
    async with harness.seeding(data_dir) as app:
        ids = await harness.add_accounts(app, [f"bench{number}" for number in range(_AUTHORS)])
        return [await harness.refresh_token(app, account_id) for account_id in ids]
