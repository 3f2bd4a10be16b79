"""Kafka that stops and comes back while people post."""

import asyncio
import statistics
from collections import defaultdict
from collections.abc import Sequence

import pytest

from chirrup.posts import PostPublished
from tests.faults.cluster.harness import SECONDS, Cluster
from tests.faults.cluster.log import published
from tests.faults.cluster.people import Author, Posted, failures, load

AUTHORS = ("wren", "robin", "jay", "owl")
READERS = ("lark", "kite", "rook")


def typical(posts: Sequence[Posted]) -> float:
    """Return the median of how long posts took."""
    return statistics.median(post.seconds for post in posts)


def check_order(cluster: Cluster, authors: Sequence[Author]) -> None:
    """Check that Kafka has each post's event, an author's in the order of posting, and the same number only again."""
    by_author: dict[int, list[int]] = defaultdict(list)
    newest: dict[int, int] = defaultdict(int)
    for record in published(cluster.settings, "posts"):
        assert record.seq <= newest[record.partition] + 1, "a number is left out"
        if record.seq > newest[record.partition]:
            newest[record.partition] = record.seq
            if isinstance(record.event, PostPublished):
                by_author[record.key].append(record.event.post_id)
    for author in authors:
        assert by_author[author.id] == [post.id for post in author.posted]


@pytest.mark.slow
async def test_posting_goes_on_without_kafka_and_all_is_delivered_once_it_is_back(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=2)
    authors, readers = await cluster.people(AUTHORS, READERS)
    loop = asyncio.get_running_loop()
    async with load(authors, readers, read_pause=0.5):
        await asyncio.sleep(3)
        await cluster.service("kill", "kafka")
        stopped = loop.time()
        await asyncio.sleep(SECONDS)
        for member in cluster.members:
            measures = await member.measures()
            assert measures["chirrup_outbox_pending"] > SECONDS
            assert measures["chirrup_outbox_oldest_seconds"] > SECONDS / 2
        shown = await cluster.command("outbox")
        assert shown["waiting"]["pending"] > SECONDS
        during = [post for author in authors for post in author.posted if post.began > stopped]
        await cluster.service("start", "kafka")
        back = loop.time()
        await asyncio.sleep(3)
    assert failures([*authors, *readers]) == []
    half = stopped + SECONDS / 2
    first, second = [p for p in during if p.began < half], [p for p in during if p.began >= half]
    assert typical(second) < 2 * typical(first) + 0.02, "posting becomes slower the longer Kafka is away"
    await cluster.settle(cluster.members[0])
    drained = loop.time()
    await cluster.check(authors, readers)
    assert [wrong for reader in readers for wrong in reader.wrong_pages(drained - stopped)] == []
    await asyncio.to_thread(check_order, cluster, authors)
    print(
        f"without Kafka for {back - stopped:.1f} s: {len(during)} posts, median {typical(during) * 1000:.1f} ms"
        f" (first half {typical(first) * 1000:.1f}, second {typical(second) * 1000:.1f}), longest"
        f" {max(post.seconds for post in during) * 1000:.0f} ms; all delivered {drained - back:.1f} s after its start"
    )
