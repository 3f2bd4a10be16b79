"""Repeating a request with its Idempotency-Key."""

from typing import Any

import pytest

from tests.support import Community, Person

KEY = {"Idempotency-Key": "3b1c9e70-nest"}


async def publish(person: Person, text: str, headers: dict[str, str] = KEY) -> tuple[int, Any]:
    answer = await person.client.post("/posts", json={"text": text}, headers=headers)
    return answer.status_code, answer.json()


async def test_a_repeated_post_is_published_once_and_answers_alike(community: Community) -> None:
    wren = await community.person("wren")
    assert await publish(wren, "tseep") == await publish(wren, "tseep")
    assert len(await wren.ids("/feed")) == 1


async def test_a_key_with_another_body_is_refused(community: Community) -> None:
    wren = await community.person("wren")
    await publish(wren, "tseep")
    status, problem = await publish(wren, "chack")
    assert (status, problem["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert len(await wren.ids("/feed")) == 1


async def test_a_key_at_another_address_is_refused(community: Community) -> None:
    wren, _ = await community.people("wren", "robin")
    await publish(wren, "tseep")
    assert (await wren.client.post("/users/robin/follow", headers=KEY)).status_code == 422


async def test_keys_of_different_people_are_different_keys(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    assert (await publish(wren, "tseep"))[0] == 201
    assert (await publish(robin, "chack"))[0] == 201


async def test_a_request_that_failed_may_be_repeated(community: Community) -> None:
    wren = await community.person("wren")
    assert (await publish(wren, "a" * 281))[0] == 422
    assert (await publish(wren, "tseep"))[0] == 201


async def test_a_repeated_retweet_and_follow_do_nothing_twice(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await robin.publish()
    for path in (f"/posts/{post['id']}/retweet", "/users/robin/follow"):
        headers = {"Idempotency-Key": path.rpartition("/")[2]}
        first = await wren.client.post(path, headers=headers)
        await community.settle()
        second = await wren.client.post(path, headers=headers)
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()


async def test_a_late_repetition_does_not_bring_back_what_was_undone(community: Community) -> None:
    wren, _ = await community.people("wren", "robin")
    headers = {"Idempotency-Key": "follow-1"}
    await wren.client.post("/users/robin/follow", headers=headers)
    await wren.post("/users/robin/unfollow")
    await wren.client.post("/users/robin/follow", headers=headers)
    assert (await wren.get("/users/robin"))["viewer"]["following"] is False


@pytest.mark.parametrize("key", [b"", b"a b", b"\xfc", b"a" * 65, b"\x7f"])
async def test_a_key_has_up_to_64_visible_ascii_characters(community: Community, key: bytes) -> None:
    wren = await community.person("wren")
    answer = await wren.client.post("/posts", json={"text": "tseep"}, headers=[(b"idempotency-key", key)])
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await wren.ids("/feed") == []


async def test_the_longest_key_is_taken(community: Community) -> None:
    wren = await community.person("wren")
    assert (await publish(wren, "tseep", {"Idempotency-Key": "~" * 64}))[0] == 201
