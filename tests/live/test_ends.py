"""When and how the server ends connections."""

import asyncio
import json
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chirrup.bootstrap import Application
from chirrup.live import gateway
from chirrup.live.models import Close
from tests.live.clients import code_of, connected, eventually, listening, open_socket, streaming, token_of
from tests.support import DEVICE, PASSWORD, Community


async def test_a_logout_ends_the_connections_of_its_session_alone(community: Community, base: str) -> None:
    wren = await community.person("wren")
    grant = await community.app.sessions.log_in("wren", PASSWORD, DEVICE)
    async with open_socket(base) as other, listening(base, wren) as live:
        await other.send(json.dumps({"type": "hello", "token": grant.access_token}))
        await other.recv()
        await community.app.sessions.log_out(grant.refresh_token)
        assert await code_of(other) == Close.NOT_AUTHENTICATED
        assert await live.settled() == []


async def test_a_new_password_ends_the_connections_of_other_sessions(community: Community, base: str) -> None:
    wren = await community.person("wren")
    grant = await community.app.sessions.log_in("wren", PASSWORD, DEVICE)
    viewer = await community.app.sessions.authenticate(grant.access_token)
    async with listening(base, wren) as live:
        await community.app.sessions.change_password(viewer, PASSWORD, "another nest of twigs")
        assert await live.end() == Close.NOT_AUTHENTICATED


async def test_a_ban_ends_all_connections(community: Community, base: str) -> None:
    wren = await community.person("wren")
    async with listening(base, wren) as live, streaming(base, wren) as stream:
        await stream.next()
        await community.app.accounts.ban(wren.id)
        assert await live.end() == Close.FORBIDDEN
        _, end = await stream.next()
        assert (end["type"], end["code"]) == ("end", Close.FORBIDDEN)


@pytest.mark.settings(access_token_seconds=2)
async def test_a_token_that_expires_ends_the_connection(community: Community, base: str) -> None:
    wren = await community.person("wren")
    async with listening(base, wren) as live:
        assert await live.end() == Close.NOT_AUTHENTICATED


@pytest.mark.settings(access_token_seconds=3)
async def test_a_newer_token_keeps_the_connection(community: Community, base: str) -> None:
    wren = await community.person("wren")
    grant = await community.app.sessions.log_in("wren", PASSWORD, DEVICE)
    ends = asyncio.get_running_loop().time() + 5
    async with listening(base, wren) as live:
        while asyncio.get_running_loop().time() < ends:
            fresh = await community.app.sessions.continue_with(grant.refresh_token)
            await live.say(type="token", token=fresh.access_token)
            await live.settled()
            await asyncio.sleep(0.5)


async def test_the_token_of_another_account_ends_the_connection(community: Community, base: str) -> None:
    wren, robin = await community.people("wren", "robin")
    async with listening(base, wren) as live:
        await live.say(type="token", token=token_of(robin))
        assert await live.end() == Close.NOT_AUTHENTICATED


@pytest.mark.settings(live_connections_per_account=2)
async def test_an_account_has_so_many_connections(community: Community, base: str) -> None:
    wren, robin = await community.people("wren", "robin")
    async with listening(base, wren), listening(base, wren), listening(base, robin):
        async with open_socket(base) as third:
            await third.send(json.dumps({"type": "hello", "token": token_of(wren)}))
            assert await code_of(third) == Close.TOO_MANY
        answer = await wren.client.get("/live/events")
        assert (answer.status_code, answer.json()["status"]) == (429, 429)
    await eventually(lambda: connected(community) == 0)
    async with listening(base, wren):
        pass


@pytest.mark.settings(live_connections=1)
async def test_a_process_has_so_many_connections(community: Community, base: str) -> None:
    wren, robin = await community.people("wren", "robin")
    async with listening(base, wren):
        with pytest.raises(InvalidStatus) as refusal:
            async with open_socket(base):
                pass
        assert refusal.value.response.status_code == 503
        assert (await robin.client.get("/live/events")).status_code == 503


@pytest.mark.settings(rate_limits="on")
async def test_who_connects_too_often_is_refused(community: Community, base: str) -> None:
    wren = await community.person("wren")
    hello = json.dumps({"type": "hello", "token": token_of(wren)})
    codes = set()
    for _ in range(70):
        async with open_socket(base) as socket:
            await socket.send(hello)
            with suppress(ConnectionClosed):
                await socket.recv()
                continue
            codes.add(socket.close_code)
    assert codes == {Close.TOO_MANY}


async def test_who_says_nothing_is_cut_off(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_HELLO_SECONDS", 0.1)
    async with open_socket(base) as socket:
        assert await code_of(socket) == Close.SILENT


async def test_a_server_that_ends_says_so(community: Community, app: Application, base: str) -> None:
    wren = await community.person("wren")
    async with listening(base, wren) as live, streaming(base, wren) as stream:
        await stream.next()
        app.live.hub.end_all()
        assert await live.end() == Close.RESTART
        assert (await stream.next())[1]["code"] == Close.RESTART
