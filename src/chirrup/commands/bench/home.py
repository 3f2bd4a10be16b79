"""`chirrup bench home`: the warm home timeline against a static twin."""

import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chirrup.accounts import Viewer
from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.posts import Draft

_FOLLOWEES = 200
_POSTS = 2000


def home(
    rounds: Annotated[int, typer.Option(help="How often to measure both.", min=1)] = 5,
    seconds: Annotated[int, typer.Option(help="How long to load each.", min=1)] = 4,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Read a warm home timeline of 20 posts at 32 connections, in turn with a plain ASGI app of the same bytes."""
    if bench := harness.for_profile(profile, "home"):
        bench.home(rounds, seconds, as_json=as_json)
        return
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        token = asyncio.run(_seed(data_dir))
        body_file = Path(folder) / "body.json"
        with harness.chirrup_server(data_dir) as (url, _):
            headers = {"Authorization": f"Bearer {harness.exchange(url, token)}"}
            body_file.write_bytes(harness.get(f"{url}/api/v1/feed", headers))
            with harness.twin_server(body_file) as twin_url:
                ours, twins, tails = [], [], []
                for _ in range(rounds):
                    rate, middle, tail = harness.wrk(f"{url}/api/v1/feed", headers, seconds)
                    ours.append(rate)
                    tails.append(tail / middle)
                    twins.append(harness.wrk(twin_url, headers, seconds)[0])
        items = len(msgspec.json.decode(body_file.read_bytes())["items"])
        facts = {
            "posts_per_page": items,
            "bytes_per_page": body_file.stat().st_size,
            "home_per_second": round(statistics.median(ours)),
            "twin_per_second": round(statistics.median(twins)),
            "ratio": round(statistics.median(a / b for a, b in zip(ours, twins, strict=True)), 3),
            "p99_over_p50": round(statistics.median(tails), 2),
        }
    harness.report(facts, as_json=as_json)


async def _seed(data_dir: Path) -> str:
    async with harness.seeding(data_dir) as app:
        ids = await harness.add_accounts(app, [f"bench{number}" for number in range(_FOLLOWEES + 1)])
        reader, authors = ids[0], ids[1:]
        await harness.together([app.graph.follow(reader, author) for author in authors])
        drafts = [
            (Viewer(authors[n % _FOLLOWEES], 0), Draft(text=f"Post {n}: the wind is fair, and the reeds full of song."))
            for n in range(_POSTS)
        ]
        await harness.together([app.posts.publish(viewer, draft) for viewer, draft in drafts])
        return await harness.refresh_token(app, reader)
