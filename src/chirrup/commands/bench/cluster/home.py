"""`chirrup bench home --profile cluster`: the warm home timeline of many readers, and where its time goes."""

import asyncio
import random
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import sampled, servers, usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.settings import Settings
from chirrup.timelines.models import Pulled
from chirrup.timelines.store import TimelineTables

READERS = 100
_AUTHORS = 400
_FOLLOWEES = 200
_POSTS = 4000
_PULLED = 4
READING_SCRIPT = """
local tokens = {%s}
local requests = {}
local number = 0
init = function()
  for index, token in ipairs(tokens) do
    requests[index] = wrk.format("GET", "/api/v1/feed", {["Authorization"] = "Bearer " .. token})
  end
end
request = function()
  number = number %% #requests + 1
  return requests[number]
end
"""


@dataclass
class _Readers:
    """Readers that have one thing in common, and what was measured while they read."""

    tokens: list[str]
    script: Path = Path()
    rates: list[float] = field(default_factory=list)
    middles: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)
    spent: usage.Usage = field(default_factory=usage.Usage)

    @property
    def requests(self) -> float:
        """How many were answered, about."""
        return statistics.fmean(self.rates) * self.spent.elapsed


def home(rounds: int, seconds: int, *, as_json: bool) -> None:
    """Load one API process on a core; wrk, Redis and PostgreSQL share the others. Then look into that process."""
    with throwaway() as settings, tempfile.TemporaryDirectory() as folder, ExitStack() as pins:
        plain, pulling = (_Readers(tokens) for tokens in asyncio.run(_seed(settings)))
        processes = asyncio.run(usage.servers(settings))
        pins.enter_context(usage.on_core(processes["redis"].pid, harness.CLIENT_CORE))
        body_file = Path(folder) / "body.json"
        with servers.api(settings) as (url, parent):
            for readers in (plain, pulling):
                readers.script = Path(folder) / f"{id(readers)}.lua"
                body_file.write_bytes(_warm(url, readers))
            with harness.twin_server(body_file) as twin_url:
                twins = []
                for _ in range(rounds):
                    for readers in (plain, pulling):
                        _load(url, readers, seconds, processes | {"python": usage.Group(parent.pid)})
                    twins.append(harness.wrk(twin_url, {}, seconds)[0])
        layers = sampled.layers(settings, lambda url: _sample(url, plain, seconds))
        facts = {
            "posts_per_page": len(msgspec.json.decode(body_file.read_bytes())["items"]),
            "bytes_per_page": body_file.stat().st_size,
            "readers": READERS,
            **_facts("home", plain),
            **_facts(f"home_with_{_PULLED}_pulled", pulling),
            "twin_per_second": round(statistics.median(twins)),
            "ratio": round(statistics.median(a / b for a, b in zip(plain.rates, twins, strict=True)), 3),
            **_costs(plain),
            **{f"python_share_{name}": share for name, share in layers.items()},
            **usage.machine(),
        }
    harness.report(facts, as_json=as_json)


def _facts(name: str, readers: _Readers) -> dict[str, object]:
    return {
        f"{name}_per_second": round(statistics.median(readers.rates)),
        f"{name}_ms_p50": round(statistics.median(readers.middles) * 1000, 2),
        f"{name}_ms_p99": round(statistics.median(readers.tails) * 1000, 2),
    }


def _costs(readers: _Readers) -> dict[str, object]:
    """Return what one request takes of a core, and in which process."""
    spent = readers.spent
    costs: dict[str, object] = {f"us_per_read_{name}": spent.each(name, readers.requests) for name in spent.seconds}
    return costs | {f"share_{name}": spent.share(name, spent.seconds) for name in spent.seconds}


def _warm(url: str, readers: _Readers) -> bytes:
    """Have each reader read twice; return a page of the last."""
    readers.script.write_text(READING_SCRIPT % ", ".join(f'"{token}"' for token in readers.tokens))
    body = b""
    for token in readers.tokens * 2:
        body = harness.get(f"{url}/api/v1/feed", {"Authorization": f"Bearer {token}"})
    return body


def _sample(url: str, readers: _Readers, seconds: int) -> None:
    _warm(url, readers)
    harness.wrk(f"{url}/api/v1/feed", {}, seconds, script=readers.script)


def _load(url: str, readers: _Readers, seconds: int, processes: dict[str, usage.Group]) -> None:
    with usage.measured(readers.spent, processes):
        rate, middle, tail = harness.wrk(f"{url}/api/v1/feed", {}, seconds, script=readers.script)
    readers.rates.append(rate)
    readers.middles.append(middle)
    readers.tails.append(tail)


async def _seed(settings: Settings) -> Sequence[list[str]]:
    """Return access tokens of readers without and with authors whose posts are merged at read."""
    chance = random.Random(1)  # noqa: S311 - the same community each time
    filler = Filler(settings.database_url)
    ids = await filler.accounts(2 * READERS + _AUTHORS + _PULLED)
    readers, authors = ids[: 2 * READERS], ids[2 * READERS :]
    pushed, pulled = authors[:_AUTHORS], authors[_AUTHORS:]
    pairs = [(reader, author) for reader in readers for author in chance.sample(pushed, _FOLLOWEES - _PULLED)]
    pairs += [(reader, author) for reader in readers[READERS:] for author in pulled]
    await filler.follows(pairs)
    await filler.posts([chance.choice(authors) for _ in range(_POSTS)])
    await filler.analyze()
    async with open_application(settings) as app:
        async with app.db.transaction() as tx:
            for author in pulled:
                await TimelineTables().set_pulled(tx, author, Pulled(0, 0))
        tokens = [await harness.access_token(app, reader) for reader in readers]
    return tokens[:READERS], tokens[READERS:]
