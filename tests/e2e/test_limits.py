"""Rate limits: what they tell, and what happens when one is used up."""

import pytest

from tests.clock import HandClock
from tests.support import PASSWORD, Community

pytestmark = pytest.mark.settings(rate_limits="on")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def test_answers_tell_the_limit_and_what_is_left(community: Community) -> None:
    wren = await community.person("wren")
    for path in ("/users/me", "/feed", "/discover"):
        answer = await wren.client.get(path)
        assert answer.headers["ratelimit-policy"].startswith('"read";q=')
        assert answer.headers["ratelimit"].startswith('"read";r=')


async def test_what_is_left_goes_down_and_comes_back(community: Community, clock: HandClock) -> None:
    wren = await community.person("wren")

    async def left() -> int:
        return int((await wren.client.get("/markers")).headers["ratelimit"].split("r=")[1].split(";")[0])

    first = await left()
    assert await left() == first - 1
    clock.move(60)
    assert await left() == first


async def test_a_limit_that_is_used_up_is_a_429_with_retry_after(community: Community, clock: HandClock) -> None:
    wren, robin = await community.people("wren", "robin")
    statuses = []
    while 429 not in statuses:
        answer = await wren.client.post("/users/robin/mute")
        statuses.append(answer.status_code)
        assert len(statuses) < 100
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["ratelimit"].startswith('"write";r=0;t=')
    wait = int(answer.headers["retry-after"])
    assert wait >= 1
    await robin.post("/users/wren/mute", 200)
    clock.move(wait)
    await wren.post("/users/robin/mute", 200)


async def test_the_feed_and_its_shortcut_share_a_limit(community: Community) -> None:
    wren = await community.person("wren")
    answers = [await wren.client.get("/feed" if number % 2 else "/feed?limit=5&limit=5") for number in range(320)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert (await wren.client.get("/feed")).status_code == 429


async def test_a_name_under_attack_is_shielded_from_any_address(community: Community, clock: HandClock) -> None:
    await community.person("wren")
    visitor = await community.visitor()
    for _ in range(10):
        await visitor.post("/auth/login", 401, username="wren", password="not a twig of it")
    await visitor.post("/auth/login", 429, username="WREN", password=PASSWORD)
    clock.move(600)
    await visitor.post("/auth/login", 200, username="wren", password=PASSWORD)


async def test_registering_is_limited_by_address(community: Community) -> None:
    visitor = await community.visitor()
    statuses = []
    for number in range(11):
        body = {"username": f"wren{number}", "email": f"wren{number}@example.org", "password": PASSWORD}
        statuses.append((await visitor.client.post("/auth/register", json=body)).status_code)
    assert statuses == [201] * 10 + [429]


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/metrics", "/.well-known/jwks.json", "/docs"])
async def test_what_operators_ask_has_no_limit(community: Community, path: str) -> None:
    answer = await community.client().get(f"http://chirrup.test{path}")
    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers


@pytest.mark.settings(rate_limits="off")
async def test_limits_that_are_off_are_not_mentioned(community: Community) -> None:
    wren = await community.person("wren")
    for path in ("/feed", "/markers"):
        assert "ratelimit" not in (await wren.client.get(path)).headers
