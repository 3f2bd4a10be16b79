"""Search: posts, people and hashtags by words, in one small language over whichever engine carries the index.

Publishes nothing. Listens to PostPublished and PostDeleted, to what changes accounts, and to follows, by which people
are ordered.
"""

from chirrup.search.indexing import Indexing
from chirrup.search.service import Search

__all__ = ["Indexing", "Search"]
