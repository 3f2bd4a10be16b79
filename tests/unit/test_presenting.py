"""The JSON that is put together from kept bytes is what the API's document promises."""

from datetime import datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chirrup.accounts import Account, Summary, Viewer
from chirrup.accounts.models import Status
from chirrup.accounts.service import _summary
from chirrup.graph import Relations
from chirrup.platform.clock import rfc3339
from chirrup.platform.ids import EPOCH, MAX_ID, time_of
from chirrup.posts.models import PostRow
from chirrup.posts.reading import Entry, Hydrated, PostPage, PostReader, _card
from chirrup.posts.schemas import Post
from chirrup.posts.store import Counts
from chirrup.posts.text import find_entities
from tests.unit.test_text import marked

ids = st.integers(1, MAX_ID)
counts = st.builds(Counts, *[st.integers(0, 10**9)] * 3)
strict = msgspec.json.Decoder(Post, strict=True)


def account(account_id: int, name: str = 'Jenny "Wren" 🐦\n') -> Summary:
    return _summary(
        Account(
            id=account_id, username="wren", email=None, display_name=name, bio="", avatar_url=None, banner_url=None,
            role="member", status=Status.ACTIVE, verified=False, is_bot=False, followers_count=0, following_count=0,
            posts_count=0,
        )
    )  # fmt: skip


def present(entries: list[Entry], originals: dict[int, Entry], liked: set[int], retweeted: set[int]) -> list[bytes]:
    """Present posts as to somebody with a token; nothing of the reader but its presenting is used."""
    hydrated = Hydrated(entries, originals, Relations(), liked, retweeted, Viewer(1, 1))
    return PostReader.present(object.__new__(PostReader), entries, hydrated)


@given(ids, ids, marked, counts, st.none() | ids, st.booleans(), st.booleans())
def test_a_presented_post_is_a_post_of_the_document(
    post_id: int, author_id: int, text: str, count: Counts, parent: int | None, liked: bool, retweeted: bool
) -> None:
    row = PostRow(
        id=post_id,
        author_id=author_id,
        text=text,
        entities=find_entities(text),
        reply_to=parent,
        reply_to_author_id=author_id if parent else None,
        conversation_id=parent or post_id,
    )
    author = account(author_id)
    entry = (_card(row, count, {author_id: author}, ()), author)
    flags = ({post_id} if liked else set(), {post_id} if retweeted else set())
    # twice: the second time from what was kept
    for _ in range(2):
        post = strict.decode(present([entry], {}, *flags)[0])
        assert (post.id, post.author.id, post.text) == (str(post_id), str(author_id), text)
        assert post.created_at == rfc3339(time_of(post_id))
        assert Counts(post.likes_count, post.retweets_count, post.replies_count) == count
        assert post.viewer is not None
        assert (post.viewer.liked, post.viewer.retweeted) == (liked, retweeted)
        assert post.reply_to == (str(parent) if parent else None)
        assert [text[entity.start : entity.end] for entity in post.entities] == [
            text[entity.start : entity.end] for entity in row.entities
        ]


@given(ids, ids, marked)
def test_a_retweet_holds_its_original(retweet_id: int, original_id: int, text: str) -> None:
    author = account(7)
    original = _card(PostRow(id=original_id, author_id=7, text=text, conversation_id=original_id), Counts(), {}, ())
    retweet = _card(
        PostRow(id=retweet_id, author_id=7, conversation_id=retweet_id, retweet_of=original_id, is_retweet=True),
        Counts(),
        {},
        (),
    )
    (item,) = present([(retweet, author)], {original_id: (original, author)}, {original_id}, set())
    post = strict.decode(item)
    assert post.retweet_of is not None
    assert (post.retweet_of.id, post.retweet_of.text, post.text) == (str(original_id), text, "")
    assert post.retweet_of.viewer is not None
    assert post.retweet_of.viewer.liked


def test_a_page_is_json_with_and_without_a_next_one() -> None:
    assert msgspec.json.decode(PostPage([b"{}", b"{}"], "c1f").json()) == {"items": [{}, {}], "next_cursor": "c1f"}
    assert msgspec.json.decode(PostPage([], None).json()) == {"items": [], "next_cursor": None}


@given(st.integers(EPOCH, EPOCH + (1 << 41) - 1))
def test_times_have_milliseconds_and_a_z(milliseconds: int) -> None:
    text = rfc3339(milliseconds)
    assert len(text) == len("2026-11-21T08:45:27.123Z")
    assert text.endswith("Z")
    assert msgspec.convert(text, datetime).timestamp() == milliseconds / 1000
