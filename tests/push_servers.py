"""Push services of the tests' own, each holding a request against the protocol as its vendor documents it.

A device is there, gone, or its service in trouble or silent; what arrived for it is kept as its owner would read it. A
request that breaks the protocol is answered as the vendor does, and is a failure of the test.
"""

import asyncio
import base64
import contextlib
import datetime
import ipaddress
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import jwt
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from chirrup.platform.clock import Clock, SystemClock
from chirrup.platform.ports import PushDevice, PushService

State = Literal["there", "gone", "busy", "silent", "moved"]
Answer = tuple[int, Mapping[str, str], bytes]
Handler = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Answer]]
MINUTE, HOUR, DAY = 60, 3_600, 86_400
_POINT = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


@dataclass
class Service:
    """What all of them share."""

    url: str = ""
    clock: Clock = field(default_factory=SystemClock)
    states: dict[str, State] = field(default_factory=dict)
    received: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    requests: int = 0
    retry_after: str = "1"
    """What is said where a device's service is in trouble."""

    def arrived(self, device: PushDevice) -> list[tuple[str, str]]:
        """Return (title, body) of what has arrived for a device."""
        assert self.faults == []
        return [(message["title"], message["body"]) for message in self.received.get(device.address, [])]

    def turn(self, device: PushDevice, state: State) -> None:
        """Let a device be in a state from now on."""
        self.states[device.address] = state

    def now(self) -> int:
        """Return the time in seconds."""
        return self.clock.now() // 1000

    def check(self, fits: object, fault: str) -> None:
        """Note what breaks the protocol."""
        if not fits:
            self.faults.append(fault)

    async def state(self, address: str) -> State:
        """Return the state of a device; where its service is silent, that takes long."""
        state = self.states.get(address, "gone")
        if state == "silent":
            await asyncio.sleep(30)
        return state


@dataclass
class WebPushService(Service):
    """A browser's push service: RFC 8030, 8188, 8291 and 8292."""

    public_key: str = ""
    """The key that devices were subscribed with, if that is known."""
    keys: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = field(default_factory=dict)

    def device(self) -> PushDevice:
        """Return a device that has subscribed."""
        key, secret = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        address = f"{self.url}/push/{secrets.token_hex(8)}"
        self.states[address] = "there"
        self.keys[address] = key, secret
        return PushDevice("web", address, _base64(key.public_key().public_bytes(*_POINT)), _base64(secret))

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer as RFC 8030 has it."""
        self.requests += 1
        address = f"{self.url}{path}"
        match await self.state(address):
            case "busy":
                return 503, {"retry-after": self.retry_after}, b""
            case "moved":
                return 307, {"location": f"{self.url}/push/elsewhere"}, b""
            case "gone":
                return 410, {}, b""
        self.check(method == "POST", f"method {method}")
        self.check(headers.get("ttl", "").isdigit(), "no TTL")
        self.check(headers.get("urgency", "normal") in {"very-low", "low", "normal", "high"}, "urgency")
        self.check(re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers.get("topic", "x")), "topic")
        self.check(headers.get("content-encoding") == "aes128gcm", "content encoding")
        self.check(len(body) <= 4096, f"{len(body)} bytes")
        self._check_sender(headers.get("authorization", ""))
        message = msgspec.json.decode(_decrypted(body, *self.keys[address]))
        self.received.setdefault(address, []).append(message)
        return 201, {"location": f"{self.url}/message/{self.requests}"}, b""

    def _check_sender(self, authorization: str) -> None:
        parts = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", authorization)
        self.check(parts, f"authorization {authorization!r}")
        if parts is None:
            return
        point = base64.urlsafe_b64decode(parts[2] + "==")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        claims = jwt.decode(parts[1], key, algorithms=["ES256"], audience=self.url, options={"verify_exp": False})
        self.check(claims["sub"].startswith(("mailto:", "https:")), "subject")
        self.check(0 < claims["exp"] - self.now() <= DAY, "ends too late or has ended")
        self.check(self.public_key in {"", parts[2]}, "another key than the subscription's")


@dataclass
class AppleService(Service):
    """Apple's push service, as far as an app's server sees it."""

    topic: str = "org.example.chirrup"
    key_id: str = "KEY0123456"
    team_id: str = "TEAM012345"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    tokens: list[str] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)

    def device(self) -> PushDevice:
        """Return a device that has registered."""
        address = secrets.token_hex(32)
        self.states[address] = "there"
        return PushDevice("apns", address)

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer as Apple documents it."""
        self.requests += 1
        refusal = self._refusal(method, path, headers, body)
        address = path.rpartition("/")[2]
        if refusal is None:
            match await self.state(address):
                case "gone":
                    refusal = 410, "Unregistered"
                case "busy":
                    refusal = 503, "ServiceUnavailable"
        if refusal is not None:
            headers = {"retry-after": self.retry_after} if refusal[0] == 503 else {}
            return refusal[0], headers, msgspec.json.encode({"reason": refusal[1]})
        payload = msgspec.json.decode(body)
        received = {**payload["aps"]["alert"], "path": payload["path"], "id": payload["id"]}
        self.received.setdefault(address, []).append(received)
        return 200, {"apns-id": "eabeae54-14a8-11e5-b60b-1697f925ec7b"}, b""

    def _refusal(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, str] | None:  # fmt: skip
        if method != "POST":
            return 405, "MethodNotAllowed"
        if not re.fullmatch(r"/3/device/[0-9a-f]{64}", path):
            return 400, "BadDeviceToken"
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "bearer" or token in self.expired:
            return 403, "ExpiredProviderToken" if token in self.expired else "MissingProviderToken"
        claims = jwt.decode(token, self.key.public_key(), algorithms=["ES256"], options={"verify_iat": False})
        if jwt.get_unverified_header(token)["kid"] != self.key_id or claims["iss"] != self.team_id:
            return 403, "InvalidProviderToken"
        if not -MINUTE <= self.now() - claims["iat"] <= HOUR:
            return 403, "ExpiredProviderToken"
        if token not in self.tokens:
            self.tokens.append(token)
        if headers.get("apns-topic") != self.topic:
            return 400, "BadTopic"
        self.check(headers.get("apns-push-type") == "alert", "push type")
        self.check(headers.get("apns-priority") in {"1", "5", "10"}, "priority")
        self.check(int(headers.get("apns-expiration", "0")) > self.now(), "expired at once")
        self.check(len(headers.get("apns-collapse-id", "")) <= 64, "collapse id")
        return (413, "PayloadTooLarge") if len(body) > 4096 else None


@dataclass
class GoogleService(Service):
    """Google's push service and its authorization server."""

    project: str = "hedge-1"
    email: str = "chirrup@hedge-1.example"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    granted: list[str] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)

    def device(self) -> PushDevice:
        """Return a device that has registered."""
        address = f"{secrets.token_urlsafe(16)}:APA91b{secrets.token_urlsafe(60)}"
        self.states[address] = "there"
        return PushDevice("fcm", address)

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer as Google documents it."""
        self.requests += 1
        self.check(method == "POST", f"method {method}")
        if path == "/token":
            return self._grant(headers, body)
        self.check(path == f"/v1/projects/{self.project}/messages:send", f"path {path}")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.granted or token in self.expired:
            return _google_error(401, "UNAUTHENTICATED")
        message = msgspec.json.decode(body)["message"]
        match await self.state(message["token"]):
            case "gone":
                return _google_error(404, "NOT_FOUND", {"errorCode": "UNREGISTERED"})
            case "busy":
                status, _, body = _google_error(503, "UNAVAILABLE", {"errorCode": "UNAVAILABLE"})
                return status, {"retry-after": self.retry_after}, body
        self.check(all(isinstance(value, str) for value in message["data"].values()), "data that is no text")
        self.check(not message.keys() - {"token", "notification", "data", "android"}, "unknown fields")
        self.check(re.fullmatch(r"\d+s", message["android"]["ttl"]), "TTL")
        self.check(len(body) <= 4096, f"{len(body)} bytes")
        received = {**message["notification"], "path": message["data"]["path"], "id": message["data"]["id"]}
        self.received.setdefault(message["token"], []).append(received)
        return 200, {}, msgspec.json.encode({"name": f"projects/{self.project}/messages/{self.requests}"})

    def _grant(self, headers: Mapping[str, str], body: bytes) -> Answer:
        self.check(headers.get("content-type") == "application/x-www-form-urlencoded", "content type of the form")
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.check(form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer", "grant type")
        options: Any = {"verify_iat": False, "verify_exp": False}
        audience = f"{self.url}/token"
        claims = jwt.decode(
            form["assertion"], self.key.public_key(), algorithms=["RS256"], audience=audience, options=options
        )
        self.check(claims["iss"] == self.email, "issuer")
        self.check(claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging", "scope")
        self.check(claims["iat"] <= self.now() < claims["exp"] <= claims["iat"] + HOUR, "lifetime")
        self.granted.append(secrets.token_urlsafe(20))
        content = {"access_token": self.granted[-1], "expires_in": 3599, "token_type": "Bearer"}
        return 200, {}, msgspec.json.encode(content)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as vendors hand it out."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate of this machine, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(pem(key) + made.public_bytes(serialization.Encoding.PEM))
    return file


AnyService = WebPushService | AppleService | GoogleService
SERVICES: dict[PushService, type[AnyService]] = {"web": WebPushService, "apns": AppleService, "fcm": GoogleService}


@asynccontextmanager
async def serving(handler: Handler, port: int = 0) -> AsyncIterator[str]:
    """Serve HTTP/1.1 on this machine; yield the origin."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request, *lines = head.decode("latin-1").split("\r\n")
                method, path, _ = request.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, extra, content = await handler(method, path, headers, body)
                fields = {"content-length": str(len(content)), **extra}
                said = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
                writer.write(f"HTTP/1.1 {status} Said\r\n{said}\r\n".encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has left
        finally:
            writer.close()

    async with _listening(talk, port, None) as bound:
        yield f"http://127.0.0.1:{bound}"


@asynccontextmanager
async def serving_http2(handler: Handler, certificate: Path, port: int = 0) -> AsyncIterator[str]:
    """Serve HTTP/2 over TLS on this machine; yield the origin."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        heads: dict[int, dict[str, str]] = {}
        bodies: dict[int, bytes] = {}

        async def respond(stream: int) -> None:
            head = heads.pop(stream)
            status, extra, content = await handler(head[":method"], head[":path"], head, bodies.pop(stream))
            # a client that has lost its patience has reset the stream
            with contextlib.suppress(h2.exceptions.StreamClosedError):
                connection.send_headers(stream, [(":status", str(status)), *extra.items()])
                connection.send_data(stream, content, end_stream=True)
            writer.write(connection.data_to_send())

        try:
            async with asyncio.TaskGroup() as streams:
                writer.write(connection.data_to_send())
                while data := await reader.read(65536):
                    for event in connection.receive_data(data):
                        if isinstance(event, h2.events.RequestReceived):
                            heads[event.stream_id] = {_text(name): _text(value) for name, value in event.headers}
                            bodies[event.stream_id] = b""
                        elif isinstance(event, h2.events.DataReceived):
                            bodies[event.stream_id] += event.data
                            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                        elif isinstance(event, h2.events.StreamEnded):
                            streams.create_task(respond(event.stream_id))
                    writer.write(connection.data_to_send())
                    await writer.drain()
                raise ConnectionResetError  # which ends streams that nobody waits for
        except* ConnectionError:
            pass  # the client has left
        finally:
            writer.close()

    async with _listening(talk, port, context) as bound:
        yield f"https://127.0.0.1:{bound}"


@asynccontextmanager
async def _listening(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    port: int,
    context: ssl.SSLContext | None,
) -> AsyncIterator[int]:
    talks: set[asyncio.Task[None]] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            talks.discard(task)

    server = await asyncio.start_server(tracked, "127.0.0.1", port, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


def _decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """Return the one record of a message (RFC 8188) that is encrypted for a device (RFC 8291)."""
    salt, length = body[:16], body[20]
    sender_point, record = body[21 : 21 + length], body[21 + length :]
    assert len(record) <= int.from_bytes(body[16:20])
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
    own_point = key.public_key().public_bytes(*_POINT)
    shared = key.exchange(ec.ECDH(), sender)
    material = _derived(secret, shared, b"WebPush: info\0" + own_point + sender_point, 32)
    content_key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(content_key).decrypt(nonce, record, None).rstrip(b"\0")
    assert padded[-1:] == b"\x02"
    return padded[:-1]


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def _google_error(status: int, name: str, detail: Mapping[str, str] | None = None) -> Answer:
    kind = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError"}
    details = [{**kind, **detail}] if detail else []
    return status, {}, msgspec.json.encode({"error": {"code": status, "status": name, "details": details}})


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
