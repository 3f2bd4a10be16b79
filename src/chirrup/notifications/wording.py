"""What a device shows of a notification."""

from collections.abc import Mapping

import msgspec

from chirrup.accounts import Summary
from chirrup.notifications.models import Kind
from chirrup.notifications.reading import Item
from chirrup.platform.ports import PushMessage

_DONE: Mapping[Kind, str] = {
    "follow": "followed you",
    "like": "liked your post",
    "retweet": "retweeted your post",
    "reply": "replied to you",
    "mention": "mentioned you",
    "quote": "quoted your post",
}
_LONGEST_TEXT, _LONGEST_NAME = 240, 60
"""Characters that fit into a message of 4 KiB, whatever characters they are."""


class _Person(msgspec.Struct):
    username: str
    display_name: str


class _Post(msgspec.Struct):
    id: str
    text: str
    author: _Person


def message(item: Item, names: Mapping[int, Summary]) -> PushMessage:
    """Return what a device is to show of a notification."""
    people = [msgspec.json.decode(names[key].json, type=_Person) for key in item.actors.ids]
    post = msgspec.json.decode(item.post, type=_Post) if item.post else None
    names_shown = [_shortened(person.display_name, _LONGEST_NAME) for person in people]
    kind = item.group.kind
    return PushMessage(
        id=item.group.id,
        kind=kind,
        title=f"{_who(names_shown, item.actors.count)} {_DONE[kind]}",
        body=_shortened(post.text, _LONGEST_TEXT) if post else "",
        path=f"/@{post.author.username}/{post.id}" if post else f"/@{people[0].username}",
    )


def _who(names: list[str], count: int) -> str:
    if count == 1:
        return names[0]
    if count == 2 and len(names) == 2:
        return f"{names[0]} and {names[1]}"
    return f"{names[0]} and {count - 1} others"


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
