"""The promises of the `PushGateway` port, over each push service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from chirrup.platform.adapters.push import asking
from chirrup.platform.adapters.push.apns import Apns, ApnsAccount
from chirrup.platform.adapters.push.fcm import Fcm, ServiceAccount
from chirrup.platform.adapters.push.services import PushServices
from chirrup.platform.adapters.push.web import WebPush, make_private_key
from chirrup.platform.errors import PushFailed, RuleBroken, StartRefused
from chirrup.platform.ports import PushGateway, PushMessage
from tests.clock import START, HandClock
from tests.push_servers import (
    SERVICES,
    AnyService,
    AppleService,
    GoogleService,
    WebPushService,
    make_certificate,
    pem,
    serving,
    serving_http2,
)

SONG = PushMessage(id=7, kind="mention", title="Wren mentioned you", body="listen 🐦", path="/@wren/7")
LONG = msgspec.structs.replace(SONG, body="🐦" * 240, title="🐦" * 60)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of this machine, which vouches for itself."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=SERVICES)
async def service(
    request: pytest.FixtureRequest, certificate: Path, clock: HandClock
) -> AsyncIterator[AnyService]:  # fmt: skip
    """Each push service, running."""
    service = SERVICES[request.param](clock=clock)
    async with AsyncExitStack() as stack:
        if isinstance(service, AppleService):
            service.url = await stack.enter_async_context(serving_http2(service.answer, certificate))
        else:
            service.url = await stack.enter_async_context(serving(service.answer))
        yield service


@pytest.fixture
async def client(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The client of all adapters, less patient, which trusts the services of these tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(asking, "TIMEOUT", 1.0)
    async with asking.client() as client:
        yield client


@pytest.fixture
def gateway(service: AnyService, client: httpx.AsyncClient, clock: HandClock) -> PushGateway:
    """The adapter of a service."""
    if isinstance(service, WebPushService):
        gateway = WebPush(client, clock, make_private_key(), "mailto:ops@example.org", [service.url, "example.net"])
        service.public_key = gateway.services["web"]
        return gateway
    if isinstance(service, AppleService):
        account = ApnsAccount(pem(service.key).decode(), service.key_id, service.team_id, service.topic, service.url)
        return Apns(client, clock, account)
    account_of_google = ServiceAccount(
        service.project, service.email, pem(service.key).decode(), "1", f"{service.url}/token"
    )
    return Fcm(client, clock, account_of_google, service.url)


async def test_a_message_reaches_its_device_and_no_other(gateway: PushGateway, service: AnyService) -> None:
    device, other = service.device(), service.device()
    gateway.check(device)
    assert await gateway.push(device, SONG)
    assert service.arrived(device) == [("Wren mentioned you", "listen 🐦")]
    assert service.received[device.address][0]["path"] == "/@wren/7"
    assert service.received[device.address][0]["id"] == "7"
    assert service.arrived(other) == []


async def test_the_longest_message_fits(gateway: PushGateway, service: AnyService) -> None:
    device = service.device()
    assert await gateway.push(device, LONG)
    assert service.arrived(device) == [(LONG.title, LONG.body)]


async def test_a_device_that_is_gone_is_told_of(gateway: PushGateway, service: AnyService) -> None:
    device = service.device()
    service.turn(device, "gone")
    assert not await gateway.push(device, SONG)


@pytest.mark.parametrize("state", ["busy", "silent"])
async def test_a_service_in_trouble_is_told_of_and_serves_again(
    gateway: PushGateway, service: AnyService, state: Any
) -> None:
    device = service.device()
    service.turn(device, state)
    with pytest.raises(PushFailed, match=r"127\.0\.0\.1"):
        await gateway.push(device, SONG)
    service.turn(device, "there")
    assert await gateway.push(device, SONG)
    assert len(service.arrived(device)) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), ("", 0), ("soon", 0), ("-5", 0), ("9" * 5000, 0), ("99999999", 86_400),
        (format_datetime(datetime.fromtimestamp(START / 1000 + 90, UTC), usegmt=True), 90),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 9994 08:49:37 GMT", 86_400),
    ],
)  # fmt: skip
async def test_a_service_in_trouble_says_for_how_long(
    gateway: PushGateway, service: AnyService, said: str, seconds: int
) -> None:
    device = service.device()
    service.turn(device, "busy")
    service.retry_after = said
    with pytest.raises(PushFailed) as failed:
        await gateway.push(device, SONG)
    assert failed.value.retry_after == pytest.approx(seconds, abs=1)


@pytest.mark.parametrize("address", ["", "nest", "http://127.0.0.1:1/push/1", "https://example.org/", "wren robin" * 9])
async def test_what_is_no_address_is_refused(gateway: PushGateway, service: AnyService, address: str) -> None:
    with pytest.raises(RuleBroken):
        gateway.check(msgspec.structs.replace(service.device(), address=address))


async def test_each_device_goes_to_its_own_service(gateway: PushGateway, service: AnyService) -> None:
    device = service.device()
    services = PushServices({device.service: gateway})
    services.check(device)
    assert await services.push(device, SONG)
    assert services.services.keys() == {device.service}
    none = PushServices({})
    assert none.services == {}
    with pytest.raises(RuleBroken):
        none.check(device)
    with pytest.raises(PushFailed):
        await none.push(device, SONG)


class TestWeb:
    """What holds for Web Push alone."""

    pytestmark = pytest.mark.parametrize("service", ["web"], indirect=True)

    @pytest.mark.parametrize(
        "address",
        [
            "https://push.example.net/1", "https://example.net:443/1",
        ],
    )  # fmt: skip
    async def test_an_allowed_host_stands_for_its_subdomains(
        self, gateway: PushGateway, service: WebPushService, address: str
    ) -> None:
        gateway.check(msgspec.structs.replace(service.device(), address=address))

    @pytest.mark.parametrize(
        "address",
        [
            "http://example.net/1", "https://example.net:8443/1", "https://badexample.net/1", "https://[::1]/1",
            "https://example.net@127.0.0.1/1", "https://wren@example.net/1", "https://[/1", "https://example.net:x/1",
            "https://example.net/" + "1" * 1024,
        ],
    )  # fmt: skip
    async def test_no_other_is_asked(self, gateway: PushGateway, service: WebPushService, address: str) -> None:
        with pytest.raises(RuleBroken) as refused:
            gateway.check(msgspec.structs.replace(service.device(), address=address))
        assert refused.value.field == "address"

    async def test_a_redirection_is_not_followed(self, gateway: PushGateway, service: WebPushService) -> None:
        device = service.device()
        service.turn(device, "moved")
        with pytest.raises(PushFailed, match="307"):
            await gateway.push(device, SONG)
        assert service.requests == 1

    @pytest.mark.parametrize("field", ["public_key", "secret"])
    @pytest.mark.parametrize("value", ["", "nest", "*" * 87, "BA" + "A" * 85])
    async def test_keys_that_are_none_are_refused(
        self, gateway: PushGateway, service: WebPushService, field: str, value: str
    ) -> None:
        with pytest.raises(RuleBroken) as refused:
            gateway.check(msgspec.structs.replace(service.device(), **{field: value}))
        assert refused.value.field == field

    @pytest.mark.parametrize("contact", ["", "ops", "mailto:ops", "http://example.org"])
    async def test_a_contact_that_is_no_address_refuses_the_start(
        self, client: httpx.AsyncClient, clock: HandClock, service: WebPushService, contact: str
    ) -> None:
        with pytest.raises(StartRefused):
            WebPush(client, clock, make_private_key(), contact, [])


class TestApple:
    """What holds for Apple's service alone."""

    pytestmark = pytest.mark.parametrize("service", ["apns"], indirect=True)

    async def test_a_provider_token_is_used_for_a_while(
        self, gateway: PushGateway, service: AppleService, clock: HandClock
    ) -> None:
        device = service.device()
        for seconds in (0, 60, 39 * 60):
            clock.move(seconds)
            assert await gateway.push(device, SONG)
        clock.move(2 * 60)
        assert await gateway.push(device, SONG)
        assert len(service.tokens) == 2

    async def test_a_provider_token_that_is_refused_is_replaced(
        self, gateway: PushGateway, service: AppleService, clock: HandClock
    ) -> None:
        device = service.device()
        assert await gateway.push(device, SONG)
        service.expired.update(service.tokens)
        with pytest.raises(PushFailed, match="ExpiredProviderToken"):
            await gateway.push(device, SONG)
        clock.move(1)
        assert await gateway.push(device, SONG)


class TestGoogle:
    """What holds for Google's service alone."""

    pytestmark = pytest.mark.parametrize("service", ["fcm"], indirect=True)

    async def test_an_access_token_is_used_until_shortly_before_its_end(
        self, gateway: PushGateway, service: GoogleService, clock: HandClock
    ) -> None:
        device = service.device()
        for seconds in (0, 60, 3000):
            clock.move(seconds)
            assert await gateway.push(device, SONG)
        assert len(service.granted) == 1
        clock.move(300)
        assert await gateway.push(device, SONG)
        assert len(service.granted) == 2

    async def test_an_access_token_that_is_refused_is_replaced(
        self, gateway: PushGateway, service: GoogleService
    ) -> None:
        device = service.device()
        assert await gateway.push(device, SONG)
        service.expired.update(service.granted)
        with pytest.raises(PushFailed, match="401"):
            await gateway.push(device, SONG)
        assert await gateway.push(device, SONG)
