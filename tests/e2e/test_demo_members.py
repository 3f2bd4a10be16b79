"""The demo's members go on while the server runs, and only those."""

import asyncio
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chirrup.demo.living import living
from chirrup.demo.members import Members
from chirrup.demo.plan import ACTS, Act
from chirrup.demo.roster import Member, Roster, read_roster
from chirrup.platform.ids import MAX_ID
from tests.e2e.cli import chirrup, succeed
from tests.support import Client, Community, Person, Server

pytestmark = pytest.mark.embedded

FLOCK = ("wren", "dunnock", "siskin", "linnet")
OFTEN = "1200"
WAIT = 30


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A demo instance, and what the command said of it."""
    root = tmp_path_factory.mktemp("lively") / "data"
    facts: dict[str, Any] = succeed(
        "demo", "--accounts", 60, "--posts", 200, "--pictures", 0, "--json", data_dir=root
    ).json
    return root, facts


@pytest.fixture
def demo(filled: tuple[Path, dict[str, Any]], tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """The same, which a test may change."""
    return Path(shutil.copytree(filled[0], tmp_path / "demo")), filled[1]


async def flock(community: Community) -> tuple[Person, Roster]:
    """Return a guest with a post who follows a member, and a roster of members."""
    robin, *others = await community.people("robin", *FLOCK)
    await robin.publish("Crumbs?")
    await robin.post("/users/wren/follow")
    return robin, Roster(robin.id, "en", [Member(one.id, one.username, "en", "watcher") for one in others])


async def acted(community: Community, act: Act, times: int = 1) -> Person:
    """Have an act done, and return the guest."""
    robin, roster = await flock(community)
    members = Members(community.app, roster, random.Random(3))
    for _ in range(times):
        await members.act(act)
    await community.settle()
    return robin


async def newest(guest: Person) -> dict[str, Any]:
    """Return the guest's own post."""
    posts = (await guest.get("/users/robin/posts"))["items"]
    post: dict[str, Any] = posts[-1]
    return post


async def until(asked: Callable[[], Any], fits: Callable[[Any], bool]) -> Any:
    """Return what is answered once it fits."""
    async with asyncio.timeout(WAIT):
        while True:
            answer = await asked()
            if fits(answer):
                return answer
            await asyncio.sleep(0.05)


async def logged_in(server: Server, facts: dict[str, Any]) -> Client:
    async with server.client() as visitor:
        answer = await visitor.post("/auth/login", json={k: facts[k] for k in ("username", "password")})
    return server.client(answer.json()["access_token"])


async def counts(client: Client) -> tuple[int, int]:
    """Return how many followers the guest has, and the newest post in the whole instance."""
    me = (await client.get("/users/me")).json()
    posts = (await client.get("/discover")).json()["items"]
    return me["followers_count"], int(posts[0]["id"])


async def test_a_post_of_somebody_the_guest_follows_comes_home(community: Community) -> None:
    robin = await acted(community, "post_to_guest", times=3)
    feed = (await robin.get("/feed"))["items"]
    assert [post["author"]["username"] for post in feed] == ["wren", "wren", "wren", "robin"]


async def test_replies_to_the_guest_arrive(community: Community) -> None:
    robin = await acted(community, "reply_to_guest", times=2)
    assert (await newest(robin))["replies_count"] == 2


async def test_likes_of_the_guest_arrive(community: Community) -> None:
    robin = await acted(community, "like_guest")
    assert (await newest(robin))["likes_count"] == 1


async def test_the_guest_is_retweeted_or_quoted(community: Community) -> None:
    robin = await acted(community, "pass_on_guest", times=8)
    posts = (await robin.get("/discover"))["items"]
    assert (await newest(robin))["retweets_count"] > 0
    assert any(post["retweet_of"] and post["text"] for post in posts)


async def test_the_guest_wins_followers_until_all_follow(community: Community) -> None:
    robin = await acted(community, "follow_guest", times=len(FLOCK) + 2)
    assert (await robin.get("/users/me"))["followers_count"] == len(FLOCK)


async def test_members_talk_to_each_other(community: Community) -> None:
    robin, roster = await flock(community)
    members = Members(community.app, roster, random.Random(3))
    for _ in range(6):
        await members.act("post")
        await members.act("reply")
    await community.settle()
    # the guest's is one of these
    posts = (await robin.get("/discover"))["items"]
    assert len(posts) == 7
    assert sum(post["replies_count"] for post in posts) >= 4


async def test_a_young_instance_without_posts_is_no_obstacle(community: Community) -> None:
    robin, *others = await community.people("robin", *FLOCK)
    roster = Roster(robin.id, "en", [Member(one.id, one.username, "en", "bird") for one in others])
    members = Members(community.app, roster, random.Random(3))
    for act in ACTS:
        await members.act(act)


async def test_nobody_acts_for_accounts_that_the_demo_did_not_make(community: Community, tmp_path: Path) -> None:
    _, roster = await flock(community)
    strangers = [msgspec.structs.replace(member, username="somebody") for member in roster.members]
    for path in (tmp_path / "none.json", tmp_path / "others.json"):
        async with living(path, 6000, random.Random(1), community.app, lambda: True):
            await asyncio.sleep(0.1)
        msgspec.structs.replace(roster, members=strangers).write(tmp_path / "others.json")
    assert len(await community.app.posts.public(MAX_ID, 20)) == 1


async def test_no_act_is_left_half_done_at_the_end(community: Community, tmp_path: Path) -> None:
    robin, roster = await flock(community)
    roster.write(tmp_path / "demo.json")
    async with living(tmp_path / "demo.json", 6000, random.Random(1), community.app, lambda: True):
        await until(lambda: robin.get("/discover"), lambda page: len(page["items"]) > 5)
    before = len((await robin.get("/discover"))["items"])
    await community.settle()
    assert len((await robin.get("/discover"))["items"]) == before


async def test_a_visitor_sees_the_demo_live(
    demo: tuple[Path, dict[str, Any]], start_server: Callable[..., Server]
) -> None:
    root, facts = demo
    server = start_server(root, CHIRRUP_SERVE_DEMO_MEMBERS=OFTEN)
    async with await logged_in(server, facts) as robin:
        followers, newest_id = await counts(robin)
        await until(lambda: counts(robin), lambda now: now[0] > followers and now[1] > newest_id)
        home = (await robin.get("/feed")).json()["items"]
        above = {"newer_than": home[0]["id"]}
        await until(lambda: robin.get("/feed", params=above), lambda page: page.json()["items"])
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=20) == 0
    assert "demo.act_failed" not in server.log.read_text()


async def test_the_members_are_quiet_unless_asked(
    demo: tuple[Path, dict[str, Any]], start_server: Callable[..., Server]
) -> None:
    root, facts = demo
    server = start_server(root)
    async with await logged_in(server, facts) as robin:
        before = await counts(robin)
        for _ in range(20):
            assert await counts(robin) == before
    assert "demo.members" not in server.log.read_text()


async def test_an_instance_of_real_people_is_left_alone(start_server: Callable[..., Server]) -> None:
    server = start_server(CHIRRUP_SERVE_DEMO_MEMBERS=OFTEN)
    assert server.stop() == 0
    assert "demo.nobody" in server.log.read_text()


def test_the_roster_has_neither_who_logs_in_nor_who_posts_by_the_clock(filled: tuple[Path, dict[str, Any]]) -> None:
    root, facts = filled
    roster = read_roster(root / "demo.json")
    assert roster is not None
    names = {member.username for member in roster.members}
    assert len(names) == len(roster.members) > 40
    assert not names & {facts["username"], facts["admin_username"], "tide_table_bot"}


def test_a_cluster_has_no_demo_members(data_dir: Path) -> None:
    ran = chirrup("serve", "--profile", "cluster", "--demo-members", 10, data_dir=data_dir)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
