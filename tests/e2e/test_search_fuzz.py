"""Whatever is asked of search over HTTP, the answer is a page or a refusal that says why."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import Community, Person

_OPERATORS = (
    "from:",
    "to:",
    "has:",
    "lang:",
    "since:",
    "until:",
    "-",
    "#",
    "＃",
    '"',
    "“",
    "@",
    "*",
    ":",
    "(",
    ")",
    "\\",
    "'",
)
_WORDS = (
    "wren", "robin", "tseep", "media", "links", "en", "2026-01-01", "2026-02-30", "AND", "OR", "NOT", "NEAR(", "<->",
    "&", "|", "!", "^2", "~1", "{}", "[]", "/", "%", "_", "東京", "鳥", "ที่", "한국", "é", "e\u0301", "🐦",
    "👩‍👩‍👧", "ß", "ﬁ", "İ",
    "\u200b", "\u202e", "\ufeff", "\u0600", "ー", "½", "٢",
)  # fmt: skip
_PIECES = st.just(" ") | st.sampled_from(_OPERATORS) | st.sampled_from(_WORDS)
TEXTS = st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=60) | st.text(min_size=480, max_size=520)


@pytest.fixture
async def wren(community: Community) -> Person:
    """Somebody in a community in which there is something to find."""
    wren, robin = await community.people("wren", "robin")
    await wren.publish("tseep 東京の鳥 🐦 #spring https://birds.example/")
    await robin.publish("@wren it's a \\ 'quoted' \"phrase\" & (more) | less #Spring #春")
    await community.settle()
    return wren


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS, kind=st.sampled_from(["posts", "posts", "users", "hashtags"]), newest=st.booleans())
async def test_every_text_is_answered_or_refused_with_a_sentence(
    wren: Person, text: str, kind: str, newest: bool
) -> None:
    params: dict[str, Any] = {"q": text, "type": kind, "limit": 2, "sort": "newest" if newest else "relevance"}
    answer = await wren.client.get("/search", params=params)
    body = answer.json()
    if answer.status_code == 200:
        assert len(body["items"]) <= 2
        if body["next_cursor"]:
            following = await wren.client.get("/search", params=params | {"cursor": body["next_cursor"]})
            assert following.status_code == 200, following.text
            assert not _keys(body) & _keys(following.json())
    else:
        assert answer.status_code == 422, answer.text
        assert body["errors"][0]["field"] == "q"
        assert body["errors"][0]["message"].endswith(".")


def _keys(page: Any) -> set[str]:
    return {item.get("id") or item["tag"] for item in page["items"]}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.text(max_size=40) | st.from_regex(r"s[A-Za-z0-9_=-]{0,44}", fullmatch=True))
async def test_every_cursor_is_followed_or_refused(wren: Person, cursor: str) -> None:
    for kind in ("posts", "users"):
        answer = await wren.client.get("/search", params={"q": "wren", "type": kind, "cursor": cursor})
        assert answer.status_code in {200, 400}, answer.text


async def test_signs_that_mean_something_to_an_engine_do_not_keep_a_post_from_being_found(wren: Person) -> None:
    page = await wren.get("/search", q="it's a \\ 'quoted' & (more) | less")
    assert [item["author"]["username"] for item in page["items"]] == ["robin"]
