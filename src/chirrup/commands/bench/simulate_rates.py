"""The rates that a capacity plan rests on: each was taken by one of our benchmarks."""

from pathlib import Path
from typing import Any

import msgspec

from chirrup.commands.bench.plots import flat
from chirrup.platform.errors import StartRefused

_MICROSECOND = 1e-6


class Rate(msgspec.Struct, frozen=True):
    """One figure, and where it came from."""

    value: float
    unit: str
    """`us`: microseconds of a core for each; `ms`; `bytes`."""
    what: str
    command: str
    """What takes it."""
    file: str
    """Where it is kept, without the ending; beside the rates."""
    fact: str
    inverse: bool = False
    """Whether the fact is how many are done in a second of a core."""


class RateFile(msgspec.Struct, frozen=True):
    """What `rates.json` holds."""

    taken: str
    """On what machine, and how quiet it was."""
    rates: dict[str, Rate]


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a core for each of something, by who spends them; bytes; seconds."""

    home_read_api: float
    home_read_redis: float
    home_read_pulling: float
    """One home read of an API process on a core, with authors whose posts are merged at read."""
    home_read_alone: float
    """The same without such authors."""
    post_api: float
    post_redis: float
    post_primary: float
    behind_worker: float
    """Behind the commit of a post with next to no followers: relaying, counting, one step."""
    behind_primary: float
    behind_redis: float
    visit_worker: float
    visit_redis: float
    follower_worker: float
    """Reading one follower."""
    follower_replica: float
    rebuild_api: float
    rebuild_replica: float
    embedded_home_read: float
    embedded_post: float
    embedded_visit: float
    account_bytes: float
    follow_bytes: float
    post_bytes: float
    event_bytes: float
    page_bytes: float
    timeline_id_bytes: float
    embedded_timeline_bytes: float
    hop: float
    """From one step of a fan-out to the next, or from a commit to the first, while nothing waits."""

    @property
    def merge_api(self) -> float:
        """What merging the posts of one author adds to a read."""
        return max(0.0, self.home_read_pulling - self.home_read_alone) / PULLED_OF_BENCH


PULLED_OF_BENCH = 4
"""How many authors' posts `bench home --profile cluster` merges."""


def load(file: Path) -> RateFile:
    """Read the rates.

    Raises:
        StartRefused: the file is not there or is none of rates.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=RateFile)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise StartRefused(f"The rates cannot be read from {file}: {error}.") from error


def in_seconds(kept: RateFile) -> Rates:
    """Return the rates as numbers.

    Raises:
        StartRefused: one is missing.
    """
    scales = {"us": _MICROSECOND, "ms": 1e-3, "bytes": 1.0}
    try:
        rates = {name: kept.rates[name] for name in Rates.__struct_fields__}
        return Rates(**{name: rate.value * scales[rate.unit] for name, rate in rates.items()})
    except KeyError as missing:
        raise StartRefused(f"The rates lack {missing}.") from missing


def refreshed(kept: RateFile, folder: Path, taken: str) -> RateFile:
    """Return the rates as the figures in a folder say now.

    Raises:
        StartRefused: a figure is missing.
    """
    return RateFile(taken, {name: _refreshed(rate, folder) for name, rate in kept.rates.items()})


def _refreshed(rate: Rate, folder: Path) -> Rate:
    file = folder / f"{rate.file}.json"
    try:
        facts: dict[str, Any] = dict(flat(msgspec.json.decode(file.read_bytes())))
        fact = float(facts[rate.fact])
    except (FileNotFoundError, KeyError) as missing:
        raise StartRefused(f"{file} lacks {rate.fact}; `{rate.command} --json` makes it.") from missing
    return msgspec.structs.replace(rate, value=round(1 / fact / _MICROSECOND, 3) if rate.inverse else fact)


def save(kept: RateFile, file: Path) -> None:
    """Write the rates."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
