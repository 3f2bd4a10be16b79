"""Notifications: what others did that concerns oneself."""

from typing import Any

import pytest

from tests.clock import HandClock
from tests.support import Community, Person

DAY = 86_400


class Told:
    """Reads what somebody is told, once all events are handled."""

    def __init__(self, community: Community, person: Person) -> None:
        self.community = community
        self.person = person

    async def items(self, **params: Any) -> list[dict[str, Any]]:
        """Return the first page of notifications."""
        await self.community.settle()
        found: list[dict[str, Any]] = (await self.person.get("/notifications", **params))["items"]
        return found

    async def lines(self, **params: Any) -> list[tuple[str, list[str], int]]:
        """Return (type, who, how many) of each."""
        return [
            (item["type"], [actor["username"] for actor in item["actors"]], item["actors_count"])
            for item in await self.items(**params)
        ]

    async def unread(self) -> int:
        """Return the number on the badge."""
        await self.community.settle()
        count: int = (await self.person.get("/notifications/unread-count"))["count"]
        return count


async def test_each_thing_that_others_do_is_told(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.follow(wren)
    await robin.post(f"/posts/{post['id']}/like")
    await robin.post(f"/posts/{post['id']}/retweet")
    reply = await robin.publish("indeed", reply_to=post["id"])
    mention = await robin.publish("@wren listen")
    quote = await robin.publish("heard this?", quote_of=post["id"])
    items = await Told(community, wren).items()
    assert [(item["type"], item["post"] and item["post"]["id"]) for item in items] == [
        ("quote", quote["id"]),
        ("mention", mention["id"]),
        ("reply", reply["id"]),
        ("retweet", post["id"]),
        ("like", post["id"]),
        ("follow", None),
    ]
    assert all(item["actors"][0]["username"] == "robin" and not item["is_read"] for item in items)
    assert await Told(community, robin).items() == []


async def test_nobody_is_told_of_what_they_do_themselves(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish("@wren to myself")
    await wren.post(f"/posts/{post['id']}/like")
    await wren.post(f"/posts/{post['id']}/retweet")
    await wren.publish("@wren again", reply_to=post["id"], quote_of=post["id"])
    assert await Told(community, wren).items() == []
    assert await Told(community, wren).unread() == 0


async def test_likes_of_one_post_are_one_notification(community: Community) -> None:
    wren, *others = await community.people("wren", *(f"bird{number}" for number in range(8)))
    post = await wren.publish()
    for other in others:
        await other.post(f"/posts/{post['id']}/like")
    told = Told(community, wren)
    assert await told.lines() == [("like", [f"bird{number}" for number in (7, 6, 5, 4, 3)], 8)]
    assert await told.unread() == 1


async def test_more_than_are_counted_one_by_one_are_counted_all_the_same(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chirrup.notifications.reading.WINDOW", 3)
    wren, *others = await community.people("wren", *(f"bird{number}" for number in range(6)))
    post = await wren.publish()
    for other in [wren, *others]:
        await other.post(f"/posts/{post['id']}/like")
        await other.post(f"/posts/{post['id']}/retweet")
        if other is not wren:
            await other.follow(wren)
    await wren.post("/users/bird1/mute")
    assert {(kind, count) for kind, _, count in await Told(community, wren).lines()} == {
        ("like", 5), ("retweet", 5), ("follow", 5),
    }  # fmt: skip


async def test_a_post_that_answers_and_mentions_and_quotes_is_told_once(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    post = await wren.publish()
    await robin.publish("@wren @jay @wren", reply_to=post["id"], quote_of=post["id"])
    assert await Told(community, wren).lines() == [("reply", ["robin"], 1)]
    assert await Told(community, jay).lines() == [("mention", ["robin"], 1)]


@pytest.mark.parametrize(("verb", "undo"), [("like", "unlike"), ("retweet", "unretweet")])
async def test_what_is_undone_is_told_no_longer(community: Community, verb: str, undo: str) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    post = await wren.publish()
    told = Told(community, wren)
    for other in (robin, jay):
        await other.post(f"/posts/{post['id']}/{verb}")
    await jay.post(f"/posts/{post['id']}/{undo}")
    assert await told.lines() == [(verb, ["robin"], 1)]
    await robin.post(f"/posts/{post['id']}/{undo}")
    assert (await told.lines(), await told.unread()) == ([], 0)


async def test_what_is_undone_is_told_no_longer_even_before_its_event_is_handled(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.follow(wren)
    await robin.post(f"/posts/{post['id']}/like")
    told = Told(community, wren)
    assert len(await told.lines()) == 2
    await robin.post(f"/posts/{post['id']}/unlike")
    await robin.post("/users/wren/unfollow")
    assert (await wren.get("/notifications"))["items"] == []


async def test_an_unfollow_and_a_deleted_post_leave_nothing(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.follow(wren)
    reply = await robin.publish("indeed", reply_to=post["id"])
    await robin.post(f"/posts/{post['id']}/like")
    told = Told(community, wren)
    assert len(await told.lines()) == 3
    await robin.post("/users/wren/unfollow")
    await robin.call("DELETE", f"/posts/{reply['id']}")
    await wren.call("DELETE", f"/posts/{post['id']}")
    assert (await told.lines(), await told.unread()) == ([], 0)


@pytest.mark.parametrize("verb", ["block", "mute"])
async def test_those_who_are_blocked_or_muted_later_are_told_of_no_longer(community: Community, verb: str) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    post = await wren.publish()
    for other in (robin, jay):
        await other.follow(wren)
        await other.post(f"/posts/{post['id']}/like")
    await jay.publish("@wren you!", reply_to=post["id"])
    await wren.post(f"/users/jay/{verb}")
    assert await Told(community, wren).lines() == [("like", ["robin"], 1), ("follow", ["robin"], 1)]
    await wren.post(f"/users/jay/un{verb}")
    assert [kind for kind, _, _ in await Told(community, wren).lines()][:2] == ["reply", "like"]


async def test_banned_and_deleted_people_are_told_of_no_longer(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    post = await wren.publish()
    for other in (robin, jay):
        await other.follow(wren)
        await other.post(f"/posts/{post['id']}/like")
        await other.publish("@wren hello")
    told = Told(community, wren)
    await community.app.accounts.ban(robin.id)
    assert await told.lines() == [("mention", ["jay"], 1), ("like", ["jay"], 1), ("follow", ["jay"], 1)]
    await jay.call("DELETE", "/users/me", json={"password": "a nest of seven twigs"})
    assert (await told.lines(), await told.unread()) == ([], 0)
    await community.app.accounts.unban("robin")
    assert await told.lines() == [("mention", ["robin"], 1), ("like", ["robin"], 1), ("follow", ["robin"], 1)]


async def test_reading_one_leaves_the_others(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/like")
    await robin.publish("@wren hello")
    told = Told(community, wren)
    mention, like = await told.items()
    assert (await wren.post(f"/notifications/{like['id']}/read"))["count"] == 1
    assert [item["is_read"] for item in await told.items()] == [False, True]
    assert [item["id"] for item in await told.items(unread=True)] == [mention["id"]]
    await robin.post(f"/notifications/{mention['id']}/read", 404)
    await wren.post("/notifications/1/read", 404)
    await jay.post(f"/posts/{post['id']}/like")
    assert [(item["type"], item["is_read"]) for item in await told.items()] == [("like", False), ("mention", False)]
    await jay.post(f"/posts/{post['id']}/unlike")
    assert [(item["type"], item["is_read"]) for item in await told.items()] == [("mention", False), ("like", True)]


async def test_reading_all_leaves_what_comes_later(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    for number in range(3):
        await robin.publish(f"@wren {number}")
    told = Told(community, wren)
    assert await told.unread() == 3
    assert (await wren.post("/notifications/read-all"))["count"] == 0
    await robin.publish("@wren once more")
    assert await told.unread() == 1
    assert [item["is_read"] for item in await told.items()] == [False, True, True, True]


async def test_types_and_cursors_lead_through_the_list(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    for number in range(5):
        post = await wren.publish(f"song {number}")
        await robin.post(f"/posts/{post['id']}/like")
        await robin.publish(f"@wren {number}")
    told = Told(community, wren)
    everything = [item["id"] for item in await told.items()]
    assert await wren.all_ids("/notifications", limit=3) == everything
    assert await wren.all_ids("/notifications", limit=2, type="like") == everything[1::2]
    assert await wren.all_ids("/notifications", limit=2, type=["like", "mention"]) == everything
    await wren.get("/notifications", 400, type="song")
    await wren.get("/notifications", 400, cursor="song")
    await (await community.visitor()).get("/notifications", 401)


async def test_a_type_that_is_not_wanted_is_neither_listed_nor_counted(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    await robin.publish("@wren hello")
    told = Told(community, wren)
    before = await wren.get("/notifications/preferences")
    assert before.keys() == {"follow", "like", "retweet", "reply", "mention", "quote"}
    changed = await wren.call("PUT", "/notifications/preferences", json={"mention": {"shown": False, "pushed": False}})
    assert changed == before | {"mention": {"shown": False, "pushed": False}}
    assert [kind for kind, _, _ in await told.lines()] == ["follow"]
    assert (await told.lines(type="mention"), await told.unread()) == ([], 1)
    await wren.call("PUT", "/notifications/preferences", json={"mention": {"shown": True, "pushed": False}})
    assert [kind for kind, _, _ in await told.lines()] == ["mention", "follow"]
    await wren.call("PUT", "/notifications/preferences", 400, json={"song": {"shown": True, "pushed": False}})


@pytest.mark.settings(access_token_seconds=100 * DAY, session_days=400)
class TestDays:
    """What rests on the passing of days."""

    @pytest.fixture
    def clock(self) -> HandClock:
        """A clock of the test's own."""
        return HandClock()

    async def test_follows_are_grouped_by_day(self, community: Community, clock: HandClock) -> None:
        wren, *others = await community.people("wren", "robin", "jay", "owl")
        for other in others[:2]:
            clock.move(1)
            await other.follow(wren)
        clock.move(DAY)
        await others[2].follow(wren)
        told = Told(community, wren)
        assert await told.lines() == [("follow", ["owl"], 1), ("follow", ["jay", "robin"], 2)]
        await others[1].post("/users/wren/unfollow")
        assert await told.lines() == [("follow", ["owl"], 1), ("follow", ["robin"], 1)]

    @pytest.mark.settings(notification_days=7)
    async def test_old_ones_expire(self, community: Community, clock: HandClock) -> None:
        [expiry] = [job for job in community.app.jobs if job.name == "delete_old_notifications"]
        wren, robin, jay = await community.people("wren", "robin", "jay")
        post = await wren.publish()
        await robin.post(f"/posts/{post['id']}/like")
        clock.move(1)
        await robin.publish("@wren hello")
        told = Told(community, wren)
        assert len(await told.lines()) == 2
        clock.move(6 * DAY)
        await jay.post(f"/posts/{post['id']}/like")
        await community.settle()
        clock.move(2 * DAY)
        await expiry.run()
        assert await told.lines() == [("like", ["jay", "robin"], 2)]
        clock.move(6 * DAY)
        await expiry.run()
        assert await told.lines() == []
