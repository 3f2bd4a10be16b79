"""What search asks for, in OpenSearch's query language."""

from collections.abc import Sequence
from typing import Any

import regex

from chirrup.platform.ids import EPOCH
from chirrup.platform.searching import EVENNESS, HALF_LIFE, PostSearch
from chirrup.platform.words import Phrase

Json = dict[str, Any]
_SHORTEST_TYPO = 4
_TYPO = 0.2
"""How much a word counts that differs from the one asked for by a typing error."""
_SECONDS = "8s"
_PLAIN: Json = {"_source": False, "track_total_hits": False, "timeout": _SECONDS}
_BEST = (
    "_score / params.phrases / (params.evenness + doc['size'].value)"
    " / (1.0 + Math.max(0L, params.now - (doc['id'].value >> 22)) / params.half)"
)
_PEOPLE = (
    "String name = doc['username'].value; double weight = doc['weight'].value;"
    " return name.equals(params.name) ? weight + 2e12 : name.startsWith(params.name) ? weight + 1e12 : weight"
)
# written with letters only, in whichever script, as people mistype them; marks and digits are right or wrong
_TYPED = regex.compile(r"\p{L}+")


def newest(wanted: PostSearch) -> Json:
    """Return what finds posts, newest first."""
    required = [_exact(phrase) for phrase in wanted.required]
    return _PLAIN | {"query": {"bool": {"filter": [*required, _between(wanted)], **_without(wanted)}}, **_by_id()}


def best(wanted: PostSearch, now: int) -> Json:
    """Return what finds posts, best first as of a moment in milliseconds since the Unix epoch."""
    required = [_with_typos(phrase) for phrase in wanted.required]
    params = {"phrases": len(required), "evenness": EVENNESS, "now": now - EPOCH, "half": float(HALF_LIFE)}
    query = {"bool": {"must": required, "filter": [_between(wanted)], **_without(wanted)}}
    # without this the script is given no scores
    return _PLAIN | {"query": query, "track_scores": True, **_by_script(_BEST, params)}


def people(names: Sequence[Phrase], username: str) -> Json:
    """Return what finds accounts, whose username it is first, then whose username begins so, each by weight."""
    query = {"bool": {"filter": [_exact(phrase) for phrase in names]}}
    return _PLAIN | {"query": query, **_by_script(_PEOPLE, {"name": username})}


def tagged(prefix: str, limit: int) -> Json:
    """Return what counts the hashtags that begin with a text."""
    escaped = regex.sub(r"([^\p{L}\p{M}\p{N}_])", r"\\\1", prefix)
    terms = {"field": "tags", "size": limit, "include": f"{escaped}.*"}
    return _PLAIN | {"size": 0, "query": {"prefix": {"tags": prefix}}, "aggs": {"tags": {"terms": terms}}}


def _exact(phrase: Phrase) -> Json:
    *before, last = phrase.words
    if not before:
        return {"prefix": {"words": last}} if phrase.prefix else {"term": {"words": last}}
    kind = "match_phrase_prefix" if phrase.prefix else "match_phrase"
    return {kind: {"words": {"query": " ".join(phrase.words)}}}


def _with_typos(phrase: Phrase) -> Json:
    exact = {"constant_score": {"filter": _exact(phrase), "boost": 1.0}}
    word = phrase.words[0]
    if len(phrase.words) > 1 or phrase.prefix or len(word) < _SHORTEST_TYPO or not _TYPED.fullmatch(word):
        return exact
    fuzzy = {"fuzzy": {"words": {"value": word, "fuzziness": "AUTO", "prefix_length": 1, "max_expansions": 20}}}
    return {"dis_max": {"queries": [exact, {"constant_score": {"filter": fuzzy, "boost": _TYPO}}]}}


def _without(wanted: PostSearch) -> Json:
    return {"must_not": [_exact(phrase) for phrase in wanted.excluded]}


def _between(wanted: PostSearch) -> Json:
    return {"range": {"id": {"gte": wanted.since, "lt": wanted.before}}}


def _by_id() -> Json:
    return {"sort": [{"id": "desc"}]}


def _by_script(source: str, params: Json) -> Json:
    script = {"source": source, "params": params}
    return {"sort": [{"_script": {"type": "number", "script": script, "order": "desc"}}, {"id": "desc"}]}
