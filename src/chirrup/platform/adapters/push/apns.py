"""Apple Push Notification service: its HTTP/2 API, with provider tokens.

As Apple documents it in "Sending notification requests to APNs" and "Establishing a token-based connection to APNs".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import jwt
import msgspec
import regex

from chirrup.platform.adapters.push.asking import LIFETIME, failure, post
from chirrup.platform.adapters.push.signing import check_key
from chirrup.platform.clock import Clock
from chirrup.platform.errors import RuleBroken
from chirrup.platform.ports import PushDevice, PushMessage, PushService

_TOKEN = regex.compile(r"[0-9a-fA-F]{32,200}")
_FRESH = 40 * 60
"""Seconds for which a provider token is used: Apple refuses one older than an hour, and many new ones in 20 minutes."""
_GONE = frozenset(("BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered"))


@dataclass(frozen=True, slots=True)
class ApnsAccount:
    """Whose app it is."""

    private_key: str
    """The signing key's `.p8` file, which is PEM."""
    key_id: str
    team_id: str
    topic: str
    """The app's bundle id."""
    url: str = "https://api.push.apple.com"


class _Refusal(msgspec.Struct):
    reason: str = ""


class Apns:
    """The `PushGateway` port over Apple's service."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock, account: ApnsAccount) -> None:
        """Talk to the service by a client that speaks HTTP/2.

        Raises:
            StartRefused: the account's key cannot sign.
        """
        check_key(account.private_key, "ES256", "Apple's push service")
        self._client = client
        self._clock = clock
        self._account = account
        self._token = ""
        self._signed_at = 0

    @property
    def services(self) -> Mapping[PushService, str]:
        """Apps need no key of the server."""
        return {"apns": ""}

    def check(self, device: PushDevice) -> None:
        """Refuse what is no device token."""
        if not _TOKEN.fullmatch(device.address):
            raise RuleBroken("This is not a device token of Apple's push service.", field="address")

    async def push(self, device: PushDevice, message: PushMessage) -> bool:
        """Hand over a message."""
        now = self._clock.now() // 1000
        alert = {"title": message.title, "body": message.body}
        payload = {
            "aps": {"alert": alert, "sound": "default", "thread-id": message.kind},
            "id": str(message.id),
            "path": message.path,
        }
        headers = {
            "authorization": f"bearer {self._provider_token(now)}",
            "apns-topic": self._account.topic,
            "apns-push-type": "alert",
            "apns-priority": "10",
            "apns-expiration": str(now + LIFETIME),
            "apns-collapse-id": str(message.id),
        }
        url = f"{self._account.url}/3/device/{device.address}"
        answer = await post(self._client, url, content=msgspec.json.encode(payload), headers=headers)
        if answer.status_code == 200:
            return True
        reason = _reason(answer)
        if answer.status_code == 410 or reason in _GONE:
            return False
        if reason in {"ExpiredProviderToken", "InvalidProviderToken"}:
            self._signed_at = 0
        raise failure(answer, self._clock.now())

    def _provider_token(self, now: int) -> str:
        if not self._signed_at <= now < self._signed_at + _FRESH:
            account = self._account
            claims = {"iss": account.team_id, "iat": now}
            self._token = jwt.encode(claims, account.private_key, "ES256", headers={"kid": account.key_id})
            self._signed_at = now
        return self._token


def _reason(answer: httpx.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=_Refusal).reason
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
