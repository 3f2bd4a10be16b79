"""Firebase Cloud Messaging: Google's HTTP v1 API, with access tokens of a service account (RFC 7523).

As Google documents it under "projects.messages" and "Using OAuth 2.0 for server to server applications".
"""

import asyncio
from collections.abc import Mapping

import httpx
import jwt
import msgspec

from chirrup.platform.adapters.push.asking import LIFETIME, failure, post
from chirrup.platform.adapters.push.signing import check_key
from chirrup.platform.clock import Clock
from chirrup.platform.errors import PushFailed, RuleBroken
from chirrup.platform.ports import PushDevice, PushMessage, PushService

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOUR = 3600
_EARLY = 300
"""Seconds before its end at which a token is replaced."""
_LONGEST = 512


class ServiceAccount(msgspec.Struct, frozen=True):
    """What the file of a service account's key holds, as far as it is needed."""

    project_id: str
    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: int = _HOUR


class _Violation(msgspec.Struct):
    field: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    error_code: str = ""
    field_violations: list[_Violation] = []


class _Error(msgspec.Struct):
    status: str = ""
    details: list[_Detail] = []


class _Refusal(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


class Fcm:
    """The `PushGateway` port over Google's service."""

    def __init__(
        self, client: httpx.AsyncClient, clock: Clock, account: ServiceAccount, url: str = "https://fcm.googleapis.com"
    ) -> None:
        """Talk to the service at a URL.

        Raises:
            StartRefused: the account's key cannot sign.
        """
        check_key(account.private_key, "RS256", "Google's push service")
        self._client = client
        self._clock = clock
        self._account = account
        self._url = f"{url}/v1/projects/{account.project_id}/messages:send"
        self._token = ""
        self._expires = 0
        self._asking = asyncio.Lock()

    @property
    def services(self) -> Mapping[PushService, str]:
        """Apps need no key of the server."""
        return {"fcm": ""}

    def check(self, device: PushDevice) -> None:
        """Refuse what is no registration token."""
        token = device.address
        if not (32 <= len(token) <= _LONGEST and token.isascii() and token.isprintable() and " " not in token):
            raise RuleBroken("This is not a registration token of Google's push service.", field="address")

    async def push(self, device: PushDevice, message: PushMessage) -> bool:
        """Hand over a message."""
        content = {
            "message": {
                "token": device.address,
                "notification": {"title": message.title, "body": message.body},
                "data": {"id": str(message.id), "kind": message.kind, "path": message.path},
                "android": {"ttl": f"{LIFETIME}s", "notification": {"tag": str(message.id)}},
            }
        }
        headers = {"authorization": f"Bearer {await self._access_token()}", "content-type": "application/json"}
        answer = await post(self._client, self._url, content=msgspec.json.encode(content), headers=headers)
        if answer.status_code == 200:
            return True
        if _is_unregistered(answer):
            return False
        if answer.status_code == 401:
            self._expires = 0
        raise failure(answer, self._clock.now())

    async def _access_token(self) -> str:
        async with self._asking:
            if self._clock.now() // 1000 >= self._expires - _EARLY:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        now, account = self._clock.now() // 1000, self._account
        claims = {
            "iss": account.client_email,
            "scope": _SCOPE,
            "aud": account.token_uri,
            "iat": now,
            "exp": now + _HOUR,
        }
        assertion = jwt.encode(claims, account.private_key, "RS256", headers={"kid": account.private_key_id})
        form = {"grant_type": _GRANT, "assertion": assertion}
        answer = await post(self._client, account.token_uri, data=form)
        if answer.status_code != 200:
            raise failure(answer, self._clock.now())
        try:
            granted = msgspec.json.decode(answer.content, type=_Granted)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise PushFailed(f"{account.token_uri} answers what is no token") from error
        self._token, self._expires = granted.access_token, now + granted.expires_in


def _is_unregistered(answer: httpx.Response) -> bool:
    try:
        error = msgspec.json.decode(answer.content, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    # a token of another project, or none at all, will not become one of this project's
    return any(
        detail.error_code in {"UNREGISTERED", "SENDER_ID_MISMATCH"}
        or any(violation.field == "message.token" for violation in detail.field_violations)
        for detail in error.details
    )
