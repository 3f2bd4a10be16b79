"""That what is wrong with a PostgreSQL database is found, and nothing else."""

from collections.abc import Iterator

import pytest

from chirrup.platform.adapters.postgres.integrity import examinations, examine
from tests.cluster import FreshDatabase, require, run_sql

WREN, ROBIN = 7, 8
HATCHED = (
    f"INSERT INTO accounts (id, username, display_name) VALUES ({WREN}, 'Wren', ''), ({ROBIN}, 'robin', '')",
    f"INSERT INTO logins VALUES ('wren', {WREN}), ('wren@example.org', {WREN}), ('robin', {ROBIN})",
    f"INSERT INTO posts (id, author_id, text, conversation_id) VALUES (1, {WREN}, 'tseep', 1)",
    "INSERT INTO post_counts VALUES (1)",
    f"INSERT INTO likes (account_id, post_id, id) VALUES ({ROBIN}, 1, 2)",
)


@pytest.fixture
def url() -> Iterator[str]:
    """A database of the test's own."""
    with FreshDatabase(require("postgres")) as fresh:
        yield fresh.url


async def faults(url: str) -> dict[str, tuple[int, str]]:
    return {finding.examined: (finding.wrong, finding.detail) async for finding in examine(url) if finding.wrong}


async def test_a_whole_database_has_no_faults_and_every_examination_is_counted(url: str) -> None:
    await run_sql(url, *HATCHED)
    done: list[int] = []
    findings = [finding async for finding in examine(url, lambda: done.append(1))]
    assert not any(finding.wrong for finding in findings)
    assert len(done) == len(findings) == examinations()


@pytest.mark.parametrize(
    ("damage", "examined", "detail"),
    [
        ("DELETE FROM posts", "likes.post_id", "no posts 1"),
        (f"UPDATE likes SET account_id = {WREN + 90}", "likes.account_id", "no accounts 97"),
        ("DELETE FROM post_counts", "post_counts", "no counts of posts 1"),
        ("DELETE FROM logins WHERE login = 'wren'", "logins", "no name leads to accounts 7"),
        (
            "INSERT INTO consumers (name, topic, shard, position) VALUES ('counts', 'posts', 3, 9)",
            "outbox positions",
            "ahead of the log: counts in posts/3",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'likes_of_post'::regclass",
            "indexes",
            "not valid: likes_of_post",
        ),
    ],
)
async def test_damage_is_found(url: str, damage: str, examined: str, detail: str) -> None:
    await run_sql(url, *HATCHED, damage)
    assert await faults(url) == {examined: (1, detail)}
