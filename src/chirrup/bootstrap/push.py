"""The push services that the settings name."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from chirrup.platform.adapters.push.services import PushServices
from chirrup.platform.clock import Clock
from chirrup.platform.errors import StartRefused
from chirrup.platform.ports import Database, PushGateway, PushService
from chirrup.settings import Settings

_ADAPTERS = "chirrup.platform.adapters.push"


@asynccontextmanager
async def open_push(settings: Settings, db: Database, clock: Clock) -> AsyncIterator[PushGateway]:
    """Open the push services of an instance.

    Raises:
        StartRefused: a key cannot be read, or a setting is missing.
    """
    if not (settings.push_contact or settings.apns_key or settings.fcm_key):
        yield PushServices({})
        return
    async with _adapter("asking").client() as client:
        gateways: dict[PushService, PushGateway] = {}
        if settings.push_contact:
            gateways["web"] = await _web(settings, db, clock, client)
        if settings.apns_key:
            gateways["apns"] = _apns(settings, clock, client)
        if settings.fcm_key:
            gateways["fcm"] = _fcm(settings, clock, client)
        yield PushServices(gateways)


async def _web(settings: Settings, db: Database, clock: Clock, client: Any) -> PushGateway:
    allowed = settings.push_hosts.replace(",", " ").split()
    key = await _adapter("keys").private_key(db)
    gateway: PushGateway = _adapter("web").WebPush(client, clock, key, settings.push_contact, allowed)
    return gateway


def _apns(settings: Settings, clock: Clock, client: Any) -> PushGateway:
    adapter = _adapter("apns")
    if not (settings.apns_key_id and settings.apns_team_id and settings.apns_topic):
        raise StartRefused("Apple's push service needs CHIRRUP_APNS_KEY_ID, CHIRRUP_APNS_TEAM_ID, CHIRRUP_APNS_TOPIC.")
    account = adapter.ApnsAccount(
        _text(settings.apns_key), settings.apns_key_id, settings.apns_team_id, settings.apns_topic, settings.apns_url
    )
    gateway: PushGateway = adapter.Apns(client, clock, account)
    return gateway


def _fcm(settings: Settings, clock: Clock, client: Any) -> PushGateway:
    adapter = _adapter("fcm")
    try:
        account = msgspec.json.decode(_text(settings.fcm_key), type=adapter.ServiceAccount)
    except msgspec.DecodeError as error:
        raise StartRefused(f"{settings.fcm_key} is no key of a service account: {error}.") from error
    gateway: PushGateway = adapter.Fcm(client, clock, account, settings.fcm_url)
    return gateway


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"The key {path} cannot be read: {error}.") from error


def _adapter(name: str) -> Any:
    # by name, so that a server that pushes nothing does not carry HTTP clients
    return importlib.import_module(f"{_ADAPTERS}.{name}")
