"""What clients and server say to each other on a WebSocket; in an event stream, the server alone."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chirrup.live.models import KNOWN, WATCHED, Close, Ended
from chirrup.platform.errors import Malformed
from chirrup.platform.ids import parse_id
from chirrup.posts.store import Counts

_Id = Annotated[str, Meta(max_length=19)]
_Token = Annotated[str, Meta(max_length=4096)]


class Hello(msgspec.Struct, tag="hello", tag_field="type", forbid_unknown_fields=True):
    """The first message: who connects, and from where to go on."""

    token: _Token | None = None
    last_event_id: Annotated[str, Meta(max_length=64)] | None = None
    known: Annotated[list[_Id], Meta(max_length=KNOWN)] | None = None


class Watch(msgspec.Struct, tag="watch", tag_field="type", forbid_unknown_fields=True):
    """The posts that are on the screen from now on."""

    posts: Annotated[list[_Id], Meta(max_length=WATCHED)]


class Renew(msgspec.Struct, tag="token", tag_field="type", forbid_unknown_fields=True):
    """A newer access token of the same account."""

    token: _Token


class Ping(msgspec.Struct, tag="ping", tag_field="type", forbid_unknown_fields=True):
    """Asks for a sign of life."""


Message = Hello | Watch | Renew | Ping
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
PONG = b'{"type":"pong"}'


def read_message(text: str) -> Message:
    """Read what a client says.

    Raises:
        Ended: it cannot be read.
    """
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise Ended(Close.MALFORMED, f"The message cannot be read: {error}.") from error


def read_ids(texts: list[str]) -> list[int]:
    """Read ids, each once.

    Raises:
        Ended: one is no id.
    """
    try:
        return list(dict.fromkeys(map(parse_id, filter(None, texts))))
    except Malformed as error:
        raise Ended(Close.MALFORMED, error.detail) from error


def ready(event_id: str, heartbeat: float) -> bytes:
    """Tell that everything from now on is told."""
    return b'{"type":"ready","event_id":"%b","heartbeat_seconds":%d}' % (event_id.encode(), heartbeat)


def post(event_id: str, item: bytes) -> bytes:
    """Tell of a new entry of the home timeline."""
    return b'{"type":"post","event_id":"%b","post":%b}' % (event_id.encode(), item)


def delete(event_id: str, post_id: int) -> bytes:
    """Tell that a post is gone, or hidden from the viewer."""
    return b'{"type":"delete","event_id":"%b","post_id":"%d"}' % (event_id.encode(), post_id)


def reload(event_id: str) -> bytes:
    """Tell that what the client has cannot be brought up to date piece by piece."""
    return b'{"type":"reload","event_id":"%b"}' % event_id.encode()


def end(code: Close, reason: str) -> bytes:
    """Tell why an event stream ends; a WebSocket has its close frame for that."""
    return msgspec.json.encode({"type": "end", "code": int(code), "reason": reason})


def notification(notification_id: int) -> bytes:
    """Tell that there is something to read."""
    return b'{"type":"notification","notification_id":"%d"}' % notification_id


def counts(post_id: int, numbers: Counts) -> bytes:
    """Tell the counts of a post."""
    return b'{"type":"counts","post_id":"%d","likes_count":%d,"retweets_count":%d,"replies_count":%d}' % (
        post_id, numbers.likes, numbers.retweets, numbers.replies,
    )  # fmt: skip
