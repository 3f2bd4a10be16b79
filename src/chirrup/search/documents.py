"""What an index keeps of posts and of people."""

from chirrup.accounts import Account
from chirrup.platform.searching import PersonDocument, PostDocument, mark, tag_mark
from chirrup.platform.words import fold, name_parts, words_of
from chirrup.posts.models import PostRow

FROM, TO, HAS, LANGUAGE = "from", "to", "has", "lang"


def post_document(post: PostRow, language: str) -> PostDocument:
    """Return what is kept of a post or quote: its words, and as marks all that can be asked for beside them.

    `language` is an ISO 639 code, or nothing.
    """
    tags = tuple(dict.fromkeys(fold(entity.value) for entity in post.entities if entity.type == "hashtag"))
    marks = [mark(FROM, post.author_id), *map(tag_mark, tags)]
    if post.reply_to_author_id is not None:
        marks.append(mark(TO, post.reply_to_author_id))
    marks += [mark(TO, entity.id) for entity in post.entities if entity.id is not None]
    if any(entity.type == "link" for entity in post.entities):
        marks.append(mark(HAS, "links"))
    if post.has_media:
        marks.append(mark(HAS, "media"))
    if language:
        marks.append(mark(LANGUAGE, language))
    words = words_of(post.text)
    return PostDocument(post.id, (*words, *dict.fromkeys(marks)), len(words), tags)


def person_document(account: Account, followers: int | None = None) -> PersonDocument:
    """Return what is kept of an account; its number of followers is better known, perhaps, than it is counted."""
    names = tuple(name_parts([account.username, account.display_name]))
    weight = account.followers_count if followers is None else followers
    return PersonDocument(account.id, account.username.lower(), names, weight)
