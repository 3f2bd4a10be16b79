"""Notifications on devices: Web Push, against a push service that checks the protocol."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest

from chirrup.notifications.push import ATTEMPTS
from chirrup.platform.ports import PushDevice
from tests.clock import HandClock
from tests.push_servers import WebPushService, serving
from tests.support import Community, Person, free_port

PORT = free_port()


@pytest.fixture
def chosen(chosen: dict[str, Any]) -> dict[str, Any]:
    """Settings with Web Push, to the service of these tests alone."""
    return {"push_contact": "mailto:ops@example.org", "push_hosts": f"http://127.0.0.1:{PORT}"} | chosen


@pytest.fixture
def clock() -> HandClock:
    """A clock of the test's own."""
    return HandClock()


@pytest.fixture
async def service(clock: HandClock) -> AsyncIterator[WebPushService]:
    """The push service."""
    service = WebPushService(clock=clock)
    async with serving(service.answer, PORT) as service.url:
        yield service


async def subscribe(person: Person, service: WebPushService) -> PushDevice:
    """Subscribe a device of somebody, as their browser does."""
    offered = await person.get("/notifications/push")
    assert offered["services"] == ["web"]
    service.public_key = offered["public_key"]
    device = service.device()
    await person.call("PUT", "/notifications/push/device", 204, json=body_of(device))
    return device


async def push_again(community: Community) -> None:
    """Have the job push what was put off and is due."""
    [job] = [job for job in community.app.jobs if job.name == "push_again"]
    await job.run()


async def put_off(community: Community) -> int:
    """Return how many messages wait for another attempt."""
    rows = await community.app.db.read.all("SELECT 1 FROM push_retries")
    return len(rows)


def body_of(device: PushDevice) -> dict[str, str]:
    return {"address": device.address, "public_key": device.public_key, "secret": device.secret}


async def test_what_others_do_is_pushed_to_the_devices_of_whom_it_concerns(
    community: Community, service: WebPushService
) -> None:
    wren, robin = await community.people("wren", "robin")
    device, other = await subscribe(wren, service), await subscribe(robin, service)
    post = await wren.publish("the first swallows are back")
    await robin.follow(wren)
    await robin.post(f"/posts/{post['id']}/like")
    reply = await robin.publish("indeed", reply_to=post["id"])
    await community.settle()
    assert sorted(service.arrived(device)) == [
        ("robin followed you", ""),
        ("robin liked your post", "the first swallows are back"),
        ("robin replied to you", "indeed"),
    ]
    paths = {message["kind"]: message["path"] for message in service.received[device.address]}
    assert paths == {
        "follow": "/@robin",
        "like": f"/@wren/{post['id']}",
        "reply": f"/@robin/{reply['id']}",
    }
    assert service.arrived(other) == []


async def test_a_post_that_many_like_is_pushed_once_until_it_is_read(
    community: Community, service: WebPushService
) -> None:
    wren, *others = await community.people("wren", "robin", "jay", "owl")
    device = await subscribe(wren, service)
    post = await wren.publish()
    for other in others[:2]:
        await other.post(f"/posts/{post['id']}/like")
        await community.settle()
    assert len(service.arrived(device)) == 1
    await wren.post("/notifications/read-all")
    await others[2].post(f"/posts/{post['id']}/like")
    await community.settle()
    assert service.arrived(device)[1:] == [("owl and 2 others liked your post", "tseep")]


async def test_liking_again_and_again_is_pushed_once(community: Community, service: WebPushService) -> None:
    wren, robin = await community.people("wren", "robin")
    device = await subscribe(wren, service)
    post = await wren.publish()
    for verb in ("like", "unlike") * 3:
        await robin.post(f"/posts/{post['id']}/{verb}")
        await community.settle()
    assert len(service.arrived(device)) == 1


async def test_nothing_is_pushed_of_whom_one_mutes_or_of_what_one_does_not_want(
    community: Community, service: WebPushService
) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    device = await subscribe(wren, service)
    post = await wren.publish()
    await wren.post("/users/jay/mute")
    await wren.call("PUT", "/notifications/preferences", json={"follow": {"shown": True, "pushed": False}})
    await jay.post(f"/posts/{post['id']}/like")
    await jay.publish("@wren you!")
    await robin.follow(wren)
    await community.settle()
    assert service.arrived(device) == []
    await robin.post(f"/posts/{post['id']}/like")
    await community.settle()
    assert service.arrived(device) == [("robin liked your post", "tseep")]


@pytest.mark.parametrize("end", ["unsubscribe", "session", "another", "gone"])
async def test_a_device_hears_nothing_after_its_end(community: Community, service: WebPushService, end: str) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    device = await subscribe(wren, service)
    if end == "unsubscribe":
        await wren.call("DELETE", "/notifications/push/device", 204)
    elif end == "session":
        await community.app.accounts.ban(wren.id)
        await community.app.accounts.unban("wren")
    elif end == "another":
        # somebody else logs in with the same browser
        await jay.call("PUT", "/notifications/push/device", 204, json=body_of(device))
    else:
        service.turn(device, "gone")
        await robin.publish("@wren first")
        await community.settle()
        service.turn(device, "there")
    asked = service.requests
    await robin.publish("@wren hello")
    await community.settle()
    assert service.requests == asked
    assert service.arrived(device) == []


async def test_a_device_that_could_not_be_told_is_told_later_and_the_others_at_once(
    community: Community, service: WebPushService, clock: HandClock
) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    device, healthy = await subscribe(wren, service), await subscribe(jay, service)
    service.turn(device, "busy")
    await robin.publish("@wren @jay hello")
    await community.settle()
    assert service.arrived(healthy) == [("robin mentioned you", "@wren @jay hello")]
    service.turn(device, "there")
    await push_again(community)
    assert service.arrived(device) == []
    clock.move(31)
    await asyncio.gather(push_again(community), push_again(community))
    assert service.arrived(device) == [("robin mentioned you", "@wren @jay hello")]
    assert len(service.arrived(healthy)) == 1
    assert await put_off(community) == 0


async def test_a_service_that_asks_for_time_is_given_it(
    community: Community, service: WebPushService, clock: HandClock
) -> None:
    wren, robin = await community.people("wren", "robin")
    device = await subscribe(wren, service)
    service.turn(device, "busy")
    service.retry_after = "600"
    await robin.publish("@wren hello")
    await community.settle()
    service.turn(device, "there")
    clock.move(599)
    await push_again(community)
    assert service.arrived(device) == []
    clock.move(2)
    await push_again(community)
    assert service.arrived(device) == [("robin mentioned you", "@wren hello")]


@pytest.mark.settings(access_token_seconds=86_400)
async def test_a_device_that_can_never_be_told_is_tried_less_and_less_often_and_then_no_more(
    community: Community, service: WebPushService, clock: HandClock
) -> None:
    wren, robin = await community.people("wren", "robin")
    device = await subscribe(wren, service)
    service.turn(device, "busy")
    await robin.publish("@wren hello")
    await community.settle()
    moments = [0]
    for minute in range(300):
        asked = service.requests
        await push_again(community)
        if service.requests > asked:
            moments.append(minute)
        clock.move(60)
    waits = [later - sooner for sooner, later in pairwise(moments)]
    assert (len(moments), waits) == (ATTEMPTS, sorted(waits))
    assert await put_off(community) == 0
    service.turn(device, "there")
    await robin.publish("@wren again")
    await community.settle()
    assert service.arrived(device) == [("robin mentioned you", "@wren again")]


@pytest.mark.parametrize("end", ["undone", "read", "unsubscribed"])
async def test_what_was_put_off_is_not_pushed_once_it_is_of_no_use(
    community: Community, service: WebPushService, clock: HandClock, end: str
) -> None:
    wren, robin = await community.people("wren", "robin")
    device = await subscribe(wren, service)
    service.turn(device, "busy")
    post = await robin.publish("@wren hello")
    await community.settle()
    if end == "undone":
        await robin.call("DELETE", f"/posts/{post['id']}")
    elif end == "read":
        await wren.post("/notifications/read-all")
    else:
        await wren.call("DELETE", "/notifications/push/device", 204)
    service.turn(device, "there")
    clock.move(31)
    await push_again(community)
    assert (service.arrived(device), await put_off(community)) == ([], 0)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"address": "https://example.org/push/1"}, 422),
        ({"address": "http://127.0.0.1:22/"}, 422),
        ({"public_key": "nest"}, 422),
        ({"secret": ""}, 422),
        ({"service": "fcm"}, 422),
        ({"service": "pigeon"}, 400),
        ({"address": ""}, 400),
    ],
)
async def test_what_is_no_device_is_refused(
    community: Community, service: WebPushService, change: dict[str, str], status: int
) -> None:
    wren = await community.person("wren")
    await wren.call("PUT", "/notifications/push/device", status, json=body_of(service.device()) | change)


async def test_a_visitor_has_no_device(community: Community, service: WebPushService) -> None:
    visitor = await community.visitor()
    await visitor.get("/notifications/push", 401)
    await visitor.call("PUT", "/notifications/push/device", 401, json=body_of(service.device()))
    await visitor.call("DELETE", "/notifications/push/device", 401)


async def test_devices_of_ended_sessions_are_forgotten(community: Community, service: WebPushService) -> None:
    wren, robin = await community.people("wren", "robin")
    await subscribe(wren, service)
    await subscribe(robin, service)
    await community.app.accounts.ban(wren.id)
    await community.app.pushing.delete_ended()
    rows = await community.app.db.read.all("SELECT account_id FROM push_devices")
    assert [row[0] for row in rows] == [robin.id]


@pytest.mark.settings(push_contact="")
async def test_without_services_nothing_is_pushed(community: Community, service: WebPushService) -> None:
    wren = await community.person("wren")
    assert await wren.get("/notifications/push") == {"services": [], "public_key": None}
    await wren.call("PUT", "/notifications/push/device", 422, json=body_of(service.device()))
    assert not [one for one in community.app.subscriptions if one.name.startswith("notifications.push")]
