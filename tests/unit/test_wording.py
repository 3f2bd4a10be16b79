"""What a device shows of a notification."""

from typing import Any

import msgspec
import pytest

from chirrup.accounts import Summary
from chirrup.notifications.models import Actors, Group, Kind
from chirrup.notifications.reading import Item
from chirrup.notifications.wording import message

NAMES = ["Wren", "Robin", "Jay"]
LONGEST_MESSAGE = 3993
"""Bytes of plain text that a Web Push message of 4096 bytes holds."""


def summary(key: int, name: str) -> Summary:
    shown = {"id": str(key), "username": name.lower()[:30], "display_name": name, "avatar_url": None, "verified": False}
    return Summary(key, name.lower(), visible=True, json=msgspec.json.encode(shown))


def item(kind: Kind, count: int, named: int, text: str | None) -> Item:
    post: dict[str, Any] = {"id": "9", "text": text, "author": {"username": "wren", "display_name": "Wren"}, "more": 1}
    group = Group(id=7, kind=kind, subject_id=9, latest=5, read_id=0)
    return Item(group, Actors(5, list(range(named)), count), None if text is None else msgspec.json.encode(post))


@pytest.mark.parametrize(
    ("kind", "count", "title"),
    [
        ("like", 1, "Wren liked your post"),
        ("like", 2, "Wren and Robin liked your post"),
        ("retweet", 3, "Wren and 2 others retweeted your post"),
        ("like", 42, "Wren and 41 others liked your post"),
        ("reply", 1, "Wren replied to you"),
        ("mention", 1, "Wren mentioned you"),
        ("quote", 1, "Wren quoted your post"),
    ],
)
def test_a_title_says_who_did_what(kind: Kind, count: int, title: str) -> None:
    names = {key: summary(key, name) for key, name in enumerate(NAMES)}
    shown = message(item(kind, count, min(count, 3), "tseep"), names)
    assert (shown.title, shown.body, shown.path, shown.id) == (title, "tseep", "/@wren/9", 7)


def test_a_follow_leads_to_who_follows() -> None:
    shown = message(item("follow", 1, 1, None), {0: summary(0, "Robin")})
    assert (shown.title, shown.body, shown.path) == ("Robin followed you", "", "/@robin")


def test_the_longest_of_everything_fits_into_a_message() -> None:
    names = {key: summary(key, "👩‍👩‍👧‍👦" * 50) for key in range(2)}
    shown = message(item("like", 2, 2, "👩‍👩‍👧‍👦" * 280), names)
    assert len(msgspec.json.encode(shown)) <= LONGEST_MESSAGE
    assert shown.body.endswith("…")
