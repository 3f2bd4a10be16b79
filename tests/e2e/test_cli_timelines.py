"""`chirrup explain` and `chirrup check timelines`, beside an application at work."""

import asyncio
import stat
from array import array
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from chirrup.bootstrap import Application
from chirrup.entrypoints.operator import answering, listening
from chirrup.platform.datadir import DataDir
from chirrup.platform.ports import Timeline
from chirrup.settings import PREFIX, Settings
from tests.e2e.cli import Ran, chirrup
from tests.support import Client, Community, Person, Server

_SHARED = ("profile", "database_url", "replica_url", "redis_url", "bus", "kafka", "schema_registry_url", "topic_prefix")


class Commands:
    """Runs commands as an operator of the application under test does."""

    def __init__(self, settings: Settings) -> None:
        self.data_dir = settings.data_dir

    async def __call__(self, *arguments: object) -> Ran:
        """Run a command, in a thread, while the application goes on."""
        return await asyncio.to_thread(chirrup, *arguments, data_dir=self.data_dir)


@pytest.fixture
async def commands(app: Application, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Commands]:
    """The command line: over the operator's socket where there is one process, over the services in a cluster."""
    settings = app.settings
    for name in _SHARED:
        monkeypatch.setenv(PREFIX + name.upper(), str(getattr(settings, name)))
    if settings.profile == "cluster":
        yield Commands(settings)
        return
    with listening(DataDir(settings.data_dir).operator) as door:
        assert door is not None
        async with answering(app, door):
            yield Commands(settings)


async def pair(community: Community) -> tuple[Person, Person, list[str]]:
    """Return a reader, a followee, and the followee's posts, which the reader has been pushed."""
    jay, robin = await community.people("jay", "robin")
    await jay.follow(robin)
    await community.settle()
    await jay.get("/feed")
    posts = [(await robin.publish(f"song {number}"))["id"] for number in range(4)]
    await community.settle()
    return jay, robin, posts


async def lose(app: Application, owner: Person, post_id: str) -> None:
    """Take a post out of a stored timeline."""
    held = await app.timelines.peek(owner.id)
    assert held is not None
    left = array("Q", [key for key in held.ids if key != int(post_id)])
    basis, floor = held.basis, held.floor
    await app.timelines.fill(owner.id, await app.timelines.open(owner.id), Timeline(basis, floor, left))


async def test_whole_timelines_end_with_exit_code_0(community: Community, commands: Commands) -> None:
    await pair(community)
    ran = await commands("check", "timelines", "--json")
    assert (ran.code, ran.json["ok"], ran.json["checked"], ran.json["whole"]) == (0, True, 1, 1)
    assert (await commands("check", "timelines")).out.endswith("All is well.\n")


async def test_a_spoiled_timeline_is_reported_and_repaired(community: Community, commands: Commands) -> None:
    jay, _, posts = await pair(community)
    await lose(community.app, jay, posts[1])
    assert await jay.all_ids("/feed") == [posts[3], posts[2], posts[0]]
    ran = await commands("check", "timelines", "--json")
    assert (ran.code, ran.json["ok"], ran.json["wrong"]) == (1, False, 1)
    [difference] = ran.json["differences"]
    assert (difference["owner_id"], difference["missing"], difference["examples"]) == (str(jay.id), 1, [posts[1]])
    assert posts[1] in (await commands("check", "timelines")).out
    ran = await commands("check", "timelines", "--repair")
    assert (ran.code, "Dropped 1 timeline" in ran.out) == (1, True)
    assert await jay.all_ids("/feed") == posts[::-1]
    assert (await commands("check", "--json", "timelines")).json["whole"] == 1


async def test_a_check_while_posts_arrive_reports_nothing(community: Community, commands: Commands) -> None:
    jay, robin, _ = await pair(community)
    posting = asyncio.create_task(_post_on(robin))
    for _ in range(3):
        ran = await commands("check", "timelines", "--json")
        assert (ran.code, ran.json["different"]) == (0, 0)
        await jay.get("/feed")
    posting.cancel()
    await asyncio.wait([posting])


async def _post_on(author: Person) -> None:
    while True:
        await author.publish()


async def test_no_timelines_are_no_fault(community: Community, commands: Commands) -> None:
    await community.person("jay")
    ran = await commands("check", "timelines")
    assert (ran.code, ran.out.startswith("There are no stored timelines")) == (0, True)


async def test_an_explanation_tells_by_its_exit_code_whether_the_post_is_there(
    community: Community, commands: Commands
) -> None:
    jay, _, posts = await pair(community)
    ran = await commands("explain", "--viewer", "jay", "--post", posts[0], "--json")
    assert (ran.code, ran.json["way"], ran.json["agrees"]) == (0, "pushed", True)
    ran = await commands("explain", "--viewer", "@jay", "--post", posts[0])
    assert ran.out.splitlines()[0] == f"jay sees post {posts[0]} by robin: it was pushed."
    assert "fan-out" in ran.out
    await jay.post("/users/robin/mute")
    ran = await commands("explain", "--viewer", jay.id, "--post", posts[0])
    assert (ran.code, ran.out.splitlines()[0]) == (1, f"jay does not see post {posts[0]} by robin: jay mutes robin.")


async def test_what_a_timeline_lacks_is_explained_as_a_fault(community: Community, commands: Commands) -> None:
    jay, _, posts = await pair(community)
    await lose(community.app, jay, posts[2])
    ran = await commands("explain", "--viewer", "jay", "--post", posts[2], "--json")
    assert (ran.code, ran.json["shown"], ran.json["way"]) == (1, False, "missing")


@pytest.mark.parametrize(
    ("viewer", "post", "sentence"),
    [
        ("nobody", "12345", "There is no account nobody."),
        ("jay", "12345", "There is no post 12345."),
        ("jay", "song", "'song' is not an id."),
    ],
)
async def test_what_is_not_there_is_one_sentence_and_exit_code_2(
    community: Community, commands: Commands, viewer: str, post: str, sentence: str
) -> None:
    await community.person("jay")
    ran = await commands("explain", "--viewer", viewer, "--post", post)
    assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (2, "", f"chirrup: {sentence}")


@pytest.mark.embedded
async def test_a_server_process_is_asked_and_without_one_a_first_read_is_told(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    async with server.client() as visitor:
        jay = await _join(visitor, server, "jay")
        robin = await _join(visitor, server, "robin")
    await jay.follow(robin)
    await jay.get("/feed")
    post = (await robin.publish())["id"]
    for _ in range(500):
        if post in await jay.ids("/feed"):
            break
        await asyncio.sleep(0.01)
    run = Commands(Settings(data_dir=server.data_dir))
    assert (await run("check", "timelines", "--json")).json["whole"] == 1
    assert (await run("explain", "--viewer", "jay", "--post", post, "--json")).json["way"] == "pushed"
    door = server.data_dir / "operator.sock"
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
    server.kill()
    # what a power cut leaves behind is no server
    assert door.exists()
    ran = await run("explain", "--viewer", "jay", "--post", post)
    assert (ran.code, "No server is running here" in ran.out) == (0, True)
    assert (await run("check", "timelines", "--json")).json["checked"] == 0
    server.start()
    assert (await run("check", "timelines", "--json")).json["checked"] == 0
    assert server.stop() == 0
    assert not door.exists()
    for person in (jay, robin):
        await person.client.aclose()


@pytest.mark.embedded
def test_a_server_whose_path_is_too_long_for_a_socket_does_without(
    start_server: Callable[..., Server], prepared_data: Path, tmp_path: Path
) -> None:
    root = tmp_path / ("nest" * 30)
    root.symlink_to(prepared_data, target_is_directory=True)
    with listening(DataDir(root).operator) as door:
        assert door is None
    ran = chirrup("check", "timelines", data_dir=root)
    assert (ran.code, "too long for a socket" in ran.err) == (2, True)


async def _join(visitor: Client, server: Server, name: str) -> Person:
    who = {"username": name, "email": f"{name}@example.org", "password": "a nest of seven twigs"}
    made: dict[str, Any] = (await visitor.post("/auth/register", json=who)).json()
    return Person(int(made["user"]["id"]), name, server.client(made["access_token"]))
