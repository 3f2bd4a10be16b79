"""Posts: writing them, reading them in the four steps that every list shares, threads, hashtags, an author's posts.

Publishes PostPublished and PostDeleted. Listens to these, to count them, and to AccountDeleted.
"""

from chirrup.posts.backfill import TagBackfill
from chirrup.posts.events import PostDeleted, PostPublished
from chirrup.posts.marks import Marks
from chirrup.posts.models import Card, Draft
from chirrup.posts.reading import PostPage, PostReader, Rule
from chirrup.posts.service import Posts

__all__ = [
    "Card", "Draft", "Marks", "PostDeleted", "PostPage", "PostPublished", "PostReader", "Posts", "Rule", "TagBackfill",
]  # fmt: skip
