"""Full-text search in OpenSearch, or Elasticsearch's API as OpenSearch has it.

The words come ready made, so the engine only parts them at spaces. Everybody reads and writes by aliases: `…posts` and
`…people` name the indices in use, `…building-posts` and `…building-people` those that are being built, if any. A build
ends by moving the aliases, which happens at one moment for all.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import regex
from opensearchpy import AsyncOpenSearch, NotFoundError
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import TransportError

from chirrup.platform.adapters.opensearch.questions import best, newest, people, tagged
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import SearchBuild
from chirrup.platform.searching import Hit, PersonDocument, PostDocument, PostSearch, TagCount
from chirrup.platform.words import Phrase

Json = dict[str, Any]
TIMEOUT = 10
_BUSY = (429, 502, 503, 504)
_GONE, _THERE = 404, 409
_KINDS = ("posts", "people")
_SETTINGS: Json = {
    # a write waits until it is found, and so no longer than this
    "refresh_interval": "200ms",
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
}
_WORDS: Json = {"type": "text", "analyzer": "whitespace", "norms": False}
_MAPPINGS: dict[str, Json] = {
    "posts": {
        "id": {"type": "long"},
        "size": {"type": "integer", "index": False},
        "words": _WORDS,
        "tags": {"type": "keyword"},
    },
    "people": {
        "id": {"type": "long"},
        "username": {"type": "keyword"},
        "weight": {"type": "long", "index": False},
        "words": _WORDS | {"index_prefixes": {"min_chars": 1, "max_chars": 10}},
    },
}


class OpenSearchIndex:
    """The `SearchIndex` port."""

    def __init__(self, urls: Sequence[str], prefix: str) -> None:
        """Use the nodes at some addresses; all names there begin with the prefix."""
        self._client = AsyncOpenSearch(hosts=list(urls), timeout=TIMEOUT, max_retries=2)
        self.urls = urls
        self._prefix = prefix

    async def __aenter__(self) -> "OpenSearchIndex":
        """Go on; nothing is connected yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._client.close()

    async def prepare(self) -> None:
        """Make empty indices where there are none.

        Raises:
            Unavailable: the engine does not answer.
        """
        with _refusals():
            for kind in _KINDS:
                if not await self._client.indices.exists_alias(name=self._alias(kind)):
                    await self._create(kind, 1, self._alias(kind))

    async def delete(self) -> None:
        """Delete all indices of the prefix.

        Raises:
            Unavailable: the engine does not answer.
        """
        with _refusals():
            for name in await self._indices():
                await self._client.indices.delete(index=name, ignore_unavailable=True)

    async def check(self) -> None:
        """Ask whether the engine serves.

        Raises:
            Unavailable: it does not.
        """
        with _refusals():
            health = await self._client.cluster.health()
        if health["status"] == "red":
            raise Unavailable("OpenSearch lacks some of its data.")

    async def put_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add posts, each in the place of what was there."""
        await self._put("posts", [_post(document) for document in documents])

    async def delete_posts(self, post_ids: Sequence[int]) -> None:
        """Remove posts."""
        await self._delete("posts", post_ids)

    async def put_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add accounts, each in the place of what was there."""
        await self._put("people", [_person(document) for document in documents])

    async def delete_people(self, account_ids: Sequence[int]) -> None:
        """Remove accounts."""
        await self._delete("people", account_ids)

    async def newest_posts(self, wanted: PostSearch, limit: int) -> Sequence[int]:
        """Return posts, newest first."""
        return [int(hit["_id"]) for hit in await self._hits("posts", newest(wanted), limit)]

    async def best_posts(self, wanted: PostSearch, now: int, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return posts behind a place, best first; words with a typing error in them count for less."""
        return _places(await self._hits("posts", best(wanted, now), limit, after))

    async def people(self, names: Sequence[Phrase], username: str, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return accounts behind a place."""
        return _places(await self._hits("people", people(names, username), limit, after))

    async def tags(self, prefix: str, limit: int) -> Sequence[TagCount]:
        """Return the hashtags that begin with a text."""
        answer = await self._search("posts", tagged(prefix, limit))
        return [TagCount(bucket["key"], bucket["doc_count"]) for bucket in answer["aggregations"]["tags"]["buckets"]]

    async def complete(self) -> bool:
        """Return whether the index has been built."""
        with _refusals():
            return bool(await self._client.indices.exists_alias(name=self._alias("complete")))

    @asynccontextmanager
    async def build(self) -> AsyncIterator[SearchBuild]:
        """Make an index anew beside the one in use."""
        with _refusals():
            await self._delete_unused()
            number = await self._next_number()
            for kind in _KINDS:
                await self._create(kind, number, self._building(kind))
        yield _Build(self)
        await self._replace(number)

    async def add(self, kind: str, documents: Sequence[Json]) -> None:
        """Add to the index that is being built what is not there."""
        await self._bulk([self._building(kind)], "create", documents, wait=False)

    async def _replace(self, number: int) -> None:
        actions: list[Json] = []
        with _refusals():
            for kind in _KINDS:
                fresh, alias, building = self._index(kind, number), self._alias(kind), self._building(kind)
                if await self._named(building) != [fresh]:
                    raise Unavailable("Somebody else has begun to build the search index anew.")
                await self._client.indices.refresh(index=fresh)
                actions += [{"remove": {"index": old, "alias": alias}} for old in await self._named(alias)]
                actions += [{"remove": {"index": fresh, "alias": building}}, {"add": {"index": fresh, "alias": alias}}]
            actions.append({"add": {"index": self._index("posts", number), "alias": self._alias("complete")}})
            await self._client.indices.update_aliases(body={"actions": actions})
            # only now, when nobody is led to them any more: whoever is at searching them tries again
            await self._delete_unused()

    async def _delete_unused(self) -> None:
        """Delete the indices of builds that have not ended, or have been replaced."""
        used = {name for kind in _KINDS for name in await self._named(self._alias(kind))}
        for name in await self._indices():
            if name not in used:
                await self._client.indices.delete(index=name, ignore_unavailable=True)

    async def _put(self, kind: str, documents: Sequence[Json]) -> None:
        await self._bulk(await self._targets(kind), "index", documents)

    async def _delete(self, kind: str, ids: Sequence[int]) -> None:
        await self._bulk(await self._targets(kind), "delete", [{"id": identifier} for identifier in ids])

    async def _targets(self, kind: str) -> list[str]:
        """Return where to write: what is in use, and what is being built.

        Who looks just before a build begins misses nothing: what is being written has been in the database before.
        """
        with _refusals():
            building = await self._client.indices.exists_alias(name=self._building(kind))
        return [self._alias(kind), self._building(kind)] if building else [self._alias(kind)]

    async def _bulk(self, targets: Sequence[str], verb: str, documents: Sequence[Json], *, wait: bool = True) -> None:
        if not documents:
            return
        lines: list[Json] = []
        for target in targets:
            for document in documents:
                lines.append({verb: {"_index": target, "_id": str(document["id"]), "require_alias": True}})
                lines += [document] if verb != "delete" else []
        with _refusals():
            answer = await self._client.bulk(body=lines, params={"refresh": "wait_for" if wait else "false"})
        if answer["errors"]:
            _check(answer["items"], self._building(""))

    async def _hits(self, kind: str, question: Json, limit: int, after: Hit | None = None) -> list[Json]:
        place = {"search_after": list(after)} if after else {}
        answer = await self._search(kind, question | place | {"size": limit})
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    async def _search(self, kind: str, question: Json) -> Json:
        with _refusals():
            found: Json = await self._client.search(index=self._alias(kind), body=question)
        if found["timed_out"]:
            raise Unavailable("The search takes too long.")
        return found

    async def _create(self, kind: str, number: int, alias: str) -> None:
        mappings: Json = {"dynamic": "strict", "_source": {"enabled": False}, "properties": _MAPPINGS[kind]}
        body: Json = {"settings": {"index": _SETTINGS}, "mappings": mappings, "aliases": {alias: {}}}
        try:
            await self._client.indices.create(index=self._index(kind, number), body=body)
        except TransportError as error:
            # another process makes the same at the same time
            if error.error != "resource_already_exists_exception":
                raise

    async def _next_number(self) -> int:
        return 1 + max((int(name.rpartition("-")[2]) for name in await self._indices()), default=0)

    async def _indices(self) -> list[str]:
        """Return all indices, in use or not."""
        names = await self._client.indices.get(index=f"{self._prefix}*", expand_wildcards="all")
        ours = regex.compile(rf"{regex.escape(self._prefix)}({'|'.join(_KINDS)})-\d+")
        return [name for name in names if ours.fullmatch(name)]

    async def _named(self, alias: str) -> list[str]:
        """Return the indices that an alias names."""
        try:
            return list(await self._client.indices.get_alias(name=alias))
        except NotFoundError:
            return []

    def _index(self, kind: str, number: int) -> str:
        return f"{self._prefix}{kind}-{number}"

    def _alias(self, kind: str) -> str:
        return f"{self._prefix}{kind}"

    def _building(self, kind: str) -> str:
        return f"{self._prefix}building-{kind}"


class _Build:
    """The `SearchBuild` port."""

    def __init__(self, index: OpenSearchIndex) -> None:
        self._index = index

    async def add_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add those of the posts that are not there."""
        await self._index.add("posts", [_post(document) for document in documents])

    async def add_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add those of the accounts that are not there."""
        await self._index.add("people", [_person(document) for document in documents])


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell the faults of the engine and of the way to it from those of the program."""
    try:
        yield
    except NoConnection as error:
        raise Unavailable("Search cannot be used right now.") from error
    except NotFoundError as error:
        raise Unavailable("The search index is not there yet.") from error
    except TransportError as error:
        if error.status_code not in _BUSY:
            raise
        raise Unavailable("Search cannot be used right now.") from error


def _check(items: Sequence[Json], building: str) -> None:
    """Refuse what could not be written.

    Raises:
        Unavailable: it may be, later.
        RuntimeError: the engine does not take it.
    """
    for item in items:
        ((verb, done),) = item.items()
        status, error = done["status"], done.get("error")
        if error is None or (verb == "create" and status == _THERE):
            continue
        if status == _GONE and done["_index"].startswith(building) and verb != "create":
            # the build has ended, and what it made is in use: there this has been written too, or will be
            continue
        if status in _BUSY or status == _GONE:
            raise Unavailable(f"The search index cannot be written right now: {error['type']}.")
        raise RuntimeError(f"OpenSearch refuses {verb} of {done['_id']}: {error['type']}: {error.get('reason')}")


def _places(hits: Sequence[Json]) -> list[Hit]:
    return [Hit(*hit["sort"]) for hit in hits]


def _post(document: PostDocument) -> Json:
    return {"id": document.id, "size": document.size, "words": " ".join(document.words), "tags": list(document.tags)}


def _person(document: PersonDocument) -> Json:
    return {
        "id": document.id,
        "username": document.username,
        "weight": document.weight,
        "words": " ".join(document.words),
    }
