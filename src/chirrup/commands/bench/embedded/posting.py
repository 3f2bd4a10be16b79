"""From posts over HTTP until the last follower of each can read them."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from chirrup.commands.bench import harness
from chirrup.commands.bench.embedded import community
from chirrup.commands.bench.embedded.filling import Filler
from chirrup.platform.errors import Unavailable

_AUTHORS = 32
_POOL = 4
"""How many times as many readers there are as one author has followers."""
_WITHIN = 60.0


def end_to_end(seconds: int, followers: int = 1000) -> dict[str, object]:
    """Post at 32 connections, by authors with followers and by others without, in turn."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        data_dir = Path(folder) / "data"
        filler = Filler(data_dir)
        accounts = filler.accounts(2 * _AUTHORS + _POOL * followers)
        authors, lonely, readers = accounts[:_AUTHORS], accounts[_AUTHORS : 2 * _AUTHORS], accounts[2 * _AUTHORS :]
        # each author's followers begin elsewhere in the circle of readers
        step = len(readers) // _AUTHORS
        circles = [[*readers[n * step :], *readers[: n * step]][:followers] for n in range(_AUTHORS)]
        filler.follows([(reader, author) for author, circle in zip(authors, circles, strict=True) for reader in circle])
        filler.count_followers()
        # half of the readers have a timeline, among these whom each author reaches last
        active = {*readers[::2], *(circle[-1] for circle in circles)}
        tokens = dict(zip(active, community.sign_in(data_dir, list(active)), strict=True))
        scripts = [_script(Path(folder), community.sign_in(data_dir, some)) for some in (authors, lonely)]
        with community.serving(data_dir) as (url, _):
            readers_of = community.read_once(url, list(tokens.values()))
            last = dict(zip(tokens, readers_of, strict=True))
            alone = harness.wrk(f"{url}/api/v1/posts", {}, seconds, script=scripts[1])[0]
            before, _ = filler.newest_posts()
            started = time.perf_counter()
            harness.wrk(f"{url}/api/v1/posts", {}, seconds, script=scripts[0])
            posted = time.perf_counter()
            after, newest = filler.newest_posts()
            _wait([(last[circle[-1]], newest[author]) for author, circle in zip(authors, circles, strict=True)])
            ended = time.perf_counter()
    posts = after - before
    return {
        "followers_of_each_author": followers,
        "posts_over_http": posts,
        "end_to_end_visits_per_second": round(posts * followers / (ended - started)),
        "last_readable_after_last_post_ms": round((ended - posted) * 1000, 1),
        "posts_per_second": round(posts / (posted - started)),
        "posts_per_second_without_followers": round(alone),
    }


def _script(folder: Path, tokens: Sequence[str]) -> Path:
    file = folder / f"{tokens[0][-16:]}.lua"
    file.write_text(harness.posting_script(tokens))
    return file


def _wait(awaited: Sequence[tuple[harness.Connection, int]]) -> None:
    """Wait until each reader can read a post."""
    deadline = time.monotonic() + _WITHIN
    for reader, post_id in awaited:
        while str(post_id) not in reader.feed(100):
            if time.monotonic() > deadline:
                raise Unavailable(f"Not all posts were readable within {_WITHIN:.0f} s.")
