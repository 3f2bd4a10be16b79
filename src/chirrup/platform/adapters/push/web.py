"""Web Push: RFC 8030, with messages encrypted after RFC 8291 and the server known by its key after RFC 8292 (VAPID)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher

from chirrup.platform.adapters.push.asking import LIFETIME, failure, post
from chirrup.platform.clock import Clock
from chirrup.platform.errors import RuleBroken, StartRefused
from chirrup.platform.ports import PushDevice, PushMessage, PushService

LONGEST_ADDRESS = 1024
_TOKEN_LIFETIME = 12 * 3600
_POINT_LENGTH, _SECRET_LENGTH = 65, 16
_GONE = frozenset((404, 410))


class WebPush:
    """The `PushGateway` port over the push services of browsers.

    `allowed` are hosts, which stand for their subdomains, too, over https; or whole origins. A subscription's address
    comes from a client, and the server asks nothing else on a client's behalf.
    """

    def __init__(
        self, client: httpx.AsyncClient, clock: Clock, private_key: str, contact: str, allowed: Sequence[str]
    ) -> None:
        """`private_key` is PEM; `contact` is a `mailto:` or https address that push services may write to.

        Raises:
            StartRefused: the contact is none.
        """
        self._client = client
        self._clock = clock
        self._key = Vapid02(serialization.load_pem_private_key(private_key.encode(), password=None))
        self._contact = contact
        self._allowed = allowed
        try:
            self._signature("https://push.invalid")
        except VapidException as error:
            raise StartRefused(f"{contact!r} is not a mailto: or https: address for push services.") from error

    @property
    def services(self) -> Mapping[PushService, str]:
        """The key that browsers subscribe with: an uncompressed point in URL-safe base64."""
        point = self._key.public_key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"web": base64.urlsafe_b64encode(point).rstrip(b"=").decode()}

    def check(self, device: PushDevice) -> None:
        """Refuse what is no subscription at a push service that is allowed."""
        if len(device.address) > LONGEST_ADDRESS or not self._is_allowed(device.address):
            raise RuleBroken("This is not the address of a push service that this server knows.", field="address")
        point, secret = _decoded(device.public_key), _decoded(device.secret)
        if len(point) != _POINT_LENGTH or not _is_on_curve(point):
            raise RuleBroken("This is not a public key of a Web Push subscription.", field="public_key")
        if len(secret) != _SECRET_LENGTH:
            raise RuleBroken("This is not the secret of a Web Push subscription.", field="secret")

    async def push(self, device: PushDevice, message: PushMessage) -> bool:
        """Hand over a message, encrypted for the device."""
        keys = {"p256dh": device.public_key, "auth": device.secret}
        # encoding alters what it is given
        pusher = WebPusher({"endpoint": device.address, "keys": dict(keys)})
        body = pusher.encode(_plain(message))["body"]
        answer = await post(self._client, device.address, content=body, headers=self._headers(device, message))
        if answer.is_success:
            return True
        if answer.status_code in _GONE:
            return False
        raise failure(answer, self._clock.now())

    def _headers(self, device: PushDevice, message: PushMessage) -> dict[str, str]:
        return {
            **self._signature(_origin(device.address)),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(LIFETIME),
            "Urgency": "normal",
            # what is still undelivered gives way to what comes later of the same topic
            "Topic": str(message.id),
        }

    def _signature(self, origin: str) -> dict[str, str]:
        expires = self._clock.now() // 1000 + _TOKEN_LIFETIME
        signed: dict[str, str] = self._key.sign({"aud": origin, "exp": expires, "sub": self._contact})
        return signed

    def _is_allowed(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.username or parts.password:
            return False
        if f"{parts.scheme}://{parts.netloc}" in self._allowed:
            return True
        known = any(host == name or host.endswith(f".{name}") for name in self._allowed)
        return known and parts.scheme == "https" and parts.port in {None, 443}


def make_private_key() -> str:
    """Return a new key in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _plain(message: PushMessage) -> bytes:
    # JavaScript cannot hold an id as a number
    return msgspec.json.encode({**msgspec.structs.asdict(message), "id": str(message.id)})


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_on_curve(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True
