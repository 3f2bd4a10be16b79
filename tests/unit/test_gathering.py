"""From events to what they are about."""

from chirrup.engagement import PostLiked, PostUnliked
from chirrup.graph import FollowCreated, FollowEnded
from chirrup.notifications.gathering import gather, recipients
from chirrup.posts import PostDeleted, PostPublished

WREN, ROBIN, JAY, OWL = range(4)


def post(**fields: object) -> PostPublished:
    return PostPublished(**{"post_id": 9, "author_id": WREN, "conversation_id": 9} | fields)  # type: ignore[arg-type]


def test_each_thing_is_gathered_once_however_often_events_tell() -> None:
    liked, ended = PostLiked(post_id=9, account_id=ROBIN), PostUnliked(post_id=9, account_id=ROBIN)
    followed = FollowCreated(follower_id=ROBIN, followee_id=WREN)
    touched = gather([liked, ended, liked, liked, followed, followed, post(), post()])
    assert touched.posts == {"like": {9}, "retweet": set()}
    assert touched.undone == {"like": {9}, "retweet": set()}
    assert touched.follows == {(ROBIN, WREN)}
    assert touched.published.keys() == {9}


def test_a_retweet_is_about_its_original() -> None:
    touched = gather(
        [
            post(post_id=12, is_retweet=True, retweet_of=9),
            PostDeleted(post_id=11, author_id=WREN, is_retweet=True, retweet_of=8),
        ]
    )
    assert touched.posts["retweet"] == {8, 9}
    assert touched.undone["retweet"] == {8}
    assert (touched.published, touched.deleted) == ({}, set())


def test_an_end_that_does_not_say_of_what_is_left_to_reading() -> None:
    touched = gather(
        [FollowEnded(follower_id=ROBIN, followee_id=WREN), FollowEnded(follower_id=JAY, followee_id=WREN, follow_id=7)]
    )
    assert touched.unfollowed == {(WREN, 7)}


def test_a_post_concerns_each_once_by_what_is_closest() -> None:
    told = dict(recipients(post(reply_to=1, reply_to_author_id=ROBIN, mentioned_ids=(JAY, ROBIN, OWL, WREN)), JAY))
    assert told == {ROBIN: "reply", JAY: "quote", OWL: "mention"}


def test_nobody_is_concerned_by_what_they_write_themselves() -> None:
    assert dict(recipients(post(reply_to=1, reply_to_author_id=WREN, mentioned_ids=(WREN,)), WREN)) == {}
