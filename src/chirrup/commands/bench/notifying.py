"""`chirrup bench notifications`: how many notifications are made in a second, against bare rows."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.engagement import PostLiked
from chirrup.notifications.gathering import gather
from chirrup.notifications.reading import Filter
from chirrup.platform.datadir import DataDir
from chirrup.platform.events import Event
from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Transaction
from chirrup.posts.models import PostRow
from chirrup.settings import Settings

BATCH = 256
"""Events that a consumer is given at a time."""
_AUTHORS, _READS = 50, 50
_BARE = (
    "CREATE TABLE bare_notifications (id BIGINT PRIMARY KEY, recipient_id BIGINT NOT NULL, kind TEXT NOT NULL,"
    " subject_id BIGINT NOT NULL, latest BIGINT NOT NULL, read_id BIGINT NOT NULL, announced BIGINT NOT NULL)"
)
Work = Callable[[Transaction, Sequence[Event]], Awaitable[None]]


def notifications(
    likes: Annotated[int, typer.Option(help="How many likes to tell of, each of another post.", min=BATCH)] = 5120,
    rounds: Annotated[int, typer.Option(help="How often to measure all.", min=1)] = 3,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Tell of likes of as many posts, of as many likes of one post, and write as many bare rows, in turn."""
    if bench := harness.for_profile(profile, "notifying"):
        bench.notifications(likes, rounds, as_json=as_json)
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        settings = Settings(data_dir=Path(folder) / "data", rate_limits="off")
        DataDir(settings.data_dir).prepare()
        harness.report(asyncio.run(measure(settings, likes, rounds)), as_json=as_json)


async def measure(settings: Settings, likes: int, rounds: int) -> dict[str, object]:
    """Return what one process makes of likes."""
    async with open_application(settings) as app:
        wide, viral, reader = await _seed(app, likes)

        async def tell(tx: Transaction, events: Sequence[Event]) -> None:
            await app.notifications.take(tx, gather(events))

        async def write(tx: Transaction, events: Sequence[Event]) -> None:
            for event in events:
                await tx.run(
                    "INSERT INTO bare_notifications VALUES ($1, $2, 'like', $3, $1, 0, $1)",
                    app.ids.new(0), reader, event.key,
                )  # fmt: skip

        rates: dict[str, list[float]] = {"each": [], "one": [], "bare": []}
        for _ in range(rounds):
            for name, work, events in (("each", tell, wide), ("one", tell, viral), ("bare", write, wide)):
                await _clear(app)
                rates[name].append(await _rate(app, work, events))
        await _clear(app)
        await _rate(app, tell, wide)
        page = await _seconds_of_page(app, reader)
    ratio = statistics.median(each / bare for each, bare in zip(rates["each"], rates["bare"], strict=True))
    return {
        "notifications_per_second": round(statistics.median(rates["each"])),
        "bare_inserts_per_second": round(statistics.median(rates["bare"])),
        "ratio": round(ratio, 3),
        "likes_of_one_post_per_second": round(statistics.median(rates["one"])),
        "page_of_20_ms": round(1000 * page, 2),
    }


async def _seed(app: Application, likes: int) -> tuple[list[Event], list[Event], int]:
    """Make posts and their likes; return the events of likes of all posts and of one, and one of the authors."""
    names = [f"bench{number}" for number in range(_AUTHORS + likes)]
    account_ids = await harness.add_accounts(app, names)
    authors, likers = account_ids[:_AUTHORS], account_ids[_AUTHORS:]
    wide: list[Event] = []
    viral: list[Event] = []
    async with app.db.transaction() as tx:
        await tx.run(_BARE)
        famous = await _post(app, tx, authors[0])
        for number, liker in enumerate(likers):
            post_id = await _post(app, tx, authors[number % _AUTHORS])
            for liked, events in ((post_id, wide), (famous, viral)):
                await app.engagement.store.insert(tx, app.ids.new(liker), liker, liked)
                events.append(PostLiked(post_id=liked, account_id=liker))
    return wide, viral, authors[0]


async def _post(app: Application, tx: Transaction, author_id: int) -> int:
    post = PostRow(id=app.ids.new(author_id), author_id=author_id, text="Note from the reeds.", conversation_id=0)
    await app.posts.store.insert(tx, msgspec.structs.replace(post, conversation_id=post.id))
    return post.id


async def _rate(app: Application, work: Work, events: Sequence[Event]) -> float:
    """Return how many events are dealt with in a second, a batch in a transaction."""
    started = time.perf_counter()
    for start in range(0, len(events), BATCH):
        async with app.db.transaction() as tx:
            await work(tx, events[start : start + BATCH])
    return len(events) / (time.perf_counter() - started)


async def _clear(app: Application) -> None:
    async with app.db.transaction() as tx:
        await tx.run("DELETE FROM notifications")
        await tx.run("DELETE FROM bare_notifications")


async def _seconds_of_page(app: Application, account_id: int) -> float:
    """Return how long a page takes at the median, once it was read."""
    took = []
    for _ in range(_READS):
        started = time.perf_counter()
        await app.notification_reader.page(Viewer(account_id, 0), Filter(), MAX_ID, 20)
        took.append(time.perf_counter() - started)
    return statistics.median(took)
