"""Notifications in apps: by Apple's and Google's services, as the settings name them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chirrup.bootstrap.push import open_push
from chirrup.platform.errors import StartRefused
from chirrup.platform.ports import PushService
from chirrup.settings import Settings
from tests.push_servers import AppleService, GoogleService, make_certificate, pem, serving, serving_http2
from tests.support import Community, free_port

APPLE_PORT, GOOGLE_PORT = free_port(), free_port()
ELLIPTIC, RSA = pem(ec.generate_private_key(ec.SECP256R1())), pem(rsa.generate_private_key(65537, 2048))


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate of Apple's service, which the server trusts."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


@pytest.fixture
async def apple(certificate: Path) -> AsyncIterator[AppleService]:
    """Apple's service."""
    service = AppleService()
    async with serving_http2(service.answer, certificate, APPLE_PORT) as service.url:
        yield service


@pytest.fixture
async def google() -> AsyncIterator[GoogleService]:
    """Google's service."""
    service = GoogleService()
    async with serving(service.answer, GOOGLE_PORT) as service.url:
        yield service


@pytest.fixture
def chosen(chosen: dict[str, Any], apple: AppleService, google: GoogleService, tmp_path: Path) -> dict[str, Any]:
    """Settings with both services."""
    (tmp_path / "key.p8").write_bytes(pem(apple.key))
    account = account_of(google) | {"type": "service_account", "universe_domain": "googleapis.com"}
    (tmp_path / "account.json").write_text(json.dumps(account))
    return {
        "apns_key": str(tmp_path / "key.p8"),
        "apns_key_id": apple.key_id,
        "apns_team_id": apple.team_id,
        "apns_topic": apple.topic,
        "apns_url": apple.url,
        "fcm_key": str(tmp_path / "account.json"),
        "fcm_url": google.url,
    } | chosen


def account_of(google: GoogleService) -> dict[str, str]:
    """Return what the file of a service account's key holds."""
    return {
        "project_id": google.project,
        "client_email": google.email,
        "private_key": pem(google.key).decode(),
        "private_key_id": "1",
        "token_uri": f"{google.url}/token",
    }


async def test_apps_are_told_by_the_service_of_their_maker(
    community: Community, apple: AppleService, google: GoogleService
) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    assert sorted((await wren.get("/notifications/push"))["services"]) == ["apns", "fcm"]
    phone, tablet = apple.device(), google.device()
    for person, device in ((wren, phone), (robin, tablet)):
        body = {"service": device.service, "address": device.address}
        await person.call("PUT", "/notifications/push/device", 204, json=body)
    post = await jay.publish("@wren @robin the first swallows are back")
    await community.settle()
    told = ("jay mentioned you", "@wren @robin the first swallows are back")
    assert (apple.arrived(phone), google.arrived(tablet)) == ([told], [told])
    assert apple.received[phone.address][0]["path"] == f"/@jay/{post['id']}"


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("service", "key"),
    [
        ("apns", None),
        ("apns", b""),
        ("apns", b"nest"),
        ("apns", b"\xff"),
        ("apns", RSA),
        ("fcm", None),
        ("fcm", b"nest"),
        ("fcm", b"{}"),
        ("fcm", json.dumps({"project_id": "p", "client_email": "e", "private_key": "nest"}).encode()),
        ("fcm", json.dumps({"project_id": "p", "client_email": "e", "private_key": ELLIPTIC.decode()}).encode()),
    ],
)
async def test_a_key_that_is_none_refuses_the_start(
    community: Community, tmp_path: Path, service: PushService, key: bytes | None
) -> None:
    file = tmp_path / "key"
    if key is not None:
        file.write_bytes(key)
    named = Settings(apns_key_id="KEY", apns_team_id="TEAM", apns_topic="org.example", **{f"{service}_key": str(file)})  # type: ignore[arg-type]
    with pytest.raises(StartRefused):
        async with open_push(named, community.app.db, community.app.clock):
            pass


@pytest.mark.embedded
async def test_a_setting_that_is_missing_refuses_the_start(community: Community, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(ELLIPTIC)
    with pytest.raises(StartRefused, match="CHIRRUP_APNS_TEAM_ID"):
        async with open_push(Settings(apns_key=str(tmp_path / "key")), community.app.db, community.app.clock):
            pass
