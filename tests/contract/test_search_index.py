"""The promises of `SearchIndex`, which every engine keeps."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from chirrup.platform.ids import compose
from chirrup.platform.ports import SearchIndex
from chirrup.platform.searching import Hit, PersonDocument, PostDocument, PostSearch, TagCount, mark, tag_mark
from chirrup.platform.words import Phrase, fold, name_parts, phrase_of, words_of
from tests.contract.engines import KINDS, place_of

Open = Callable[[], AbstractAsyncContextManager[SearchIndex]]

NOW = 1_790_000_000_000
DAY = 86_400_000


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Room for an index of each engine."""
    with place_of(request.param, tmp_path) as opens:
        yield opens


@pytest.fixture
async def index(place: Open) -> AsyncIterator[SearchIndex]:
    """An empty index of each engine."""
    async with place() as index:
        yield index


def post(number: int, text: str, *marks: str, tags: tuple[str, ...] = (), days: int = 0) -> PostDocument:
    """Return a post; numbers grow with time within a day."""
    words = words_of(text)
    return PostDocument(at(number, days), (*words, *map(tag_mark, tags), *marks), len(words), tags)


def at(number: int, days: int = 0) -> int:
    """Return the id of a post of a number, so many days ago."""
    return compose(NOW - days * DAY - 1000 + number, 0, 0)


def person(number: int, username: str, name: str = "", weight: int = 0) -> PersonDocument:
    """Return somebody."""
    return PersonDocument(number, username.lower(), tuple(name_parts([username, name])), weight)


def asking(*texts: str, without: tuple[str, ...] = (), **fields: int) -> PostSearch:
    """Return a question for texts, which marks are as well."""
    return PostSearch(required=tuple(map(_phrase, texts)), excluded=tuple(map(_phrase, without)), **fields)


def _phrase(text: str) -> Phrase:
    phrase = Phrase((text,)) if ":" in text or "#" in text else phrase_of(text)
    assert phrase is not None
    return phrase


async def newest(index: SearchIndex, *texts: str, without: tuple[str, ...] = (), **fields: int) -> list[int]:
    """Return what is found, newest first."""
    return list(await index.newest_posts(asking(*texts, without=without, **fields), 100))


async def test_a_post_is_found_by_each_of_its_words_and_by_no_others(index: SearchIndex) -> None:
    await index.put_posts([post(1, "The wren sings"), post(2, "The robin sings")])
    assert await newest(index, "sings") == [at(2), at(1)]
    assert await newest(index, "wren", "SINGS") == [at(1)]
    assert await newest(index, "wren", "robin") == []
    assert await newest(index, "sing") == []


async def test_a_phrase_is_found_where_its_words_stand_together(index: SearchIndex) -> None:
    await index.put_posts([post(1, "a blue tit"), post(2, "a tit, blue"), post(3, "blue and tit")])
    assert await newest(index, "blue tit") == [at(1)]


async def test_what_is_not_wanted_is_left_out(index: SearchIndex) -> None:
    await index.put_posts([post(1, "wren and robin"), post(2, "wren"), post(3, "wren and blue tit")])
    assert await newest(index, "wren", without=("robin", "blue tit")) == [at(2)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("庭に鳥がいる", ["鳥", "庭に", "鳥がいる", "がい"]),
        ("北京的麻雀", ["麻雀", "北京", "雀", "京的麻"]),
        ("นกกระจอกบินได้", ["นก", "กระจอก", "บินได้", "น"]),
        ("참새가 노래한다", ["참새", "노래"]),
        ("العصفور يغني", ["العصفور", "يغني"]),
        ("पक्षी गाता है", ["पक्षी", "गाता"]),
        ("Der Zaunkönig", ["zaunkonig", "ZAUNKÖNIG"]),
        ("o'clock don't", ["don't", "o'clock", "clock"]),
        ("nest 🐣 soon", ["🐣"]),
        ("50% of \\ 'quoted' \"words\" & more | (so)", ["quoted", "50", "words more"]),
    ],
)
async def test_any_script_is_found(index: SearchIndex, text: str, found: list[str]) -> None:
    await index.put_posts([post(1, text), post(2, "something else")])
    for part in found:
        assert await newest(index, part) == [at(1)], part


async def test_marks_are_told_from_words_and_from_longer_marks(index: SearchIndex) -> None:
    await index.put_posts(
        [
            post(1, "spring", mark("from", 12)),
            post(2, "late", mark("from", 1), tags=("spring",)),
            post(3, "from 12", mark("from", 123), tags=("springtime",)),
        ]
    )
    assert await newest(index, "#spring") == [at(2)]
    assert await newest(index, "from:12") == [at(1)]
    assert await newest(index, "spring") == [at(1)]


async def test_times_bound_what_is_found(index: SearchIndex) -> None:
    await index.put_posts([post(number, "wren") for number in range(1, 6)])
    assert await newest(index, "wren", since=at(2), before=at(4)) == [at(3), at(2)]


async def test_a_post_that_is_put_again_is_there_once_and_as_it_is_now(index: SearchIndex) -> None:
    await index.put_posts([post(1, "wren", tags=("old",))])
    await index.put_posts([post(1, "robin", tags=("new",)), post(2, "robin")])
    await index.put_posts([post(1, "robin", tags=("new",))])
    assert await newest(index, "wren") == []
    assert await newest(index, "robin") == [at(2), at(1)]
    assert await index.tags("", 10) == [TagCount("new", 1)]


async def test_a_deleted_post_is_gone_and_may_be_deleted_again(index: SearchIndex) -> None:
    await index.put_posts([post(1, "wren", tags=("spring",)), post(2, "wren")])
    for _ in range(2):
        await index.delete_posts([at(1), at(7)])
        assert await newest(index, "wren") == [at(2)]
        assert await index.tags("spr", 10) == []


async def test_the_best_posts_are_those_that_speak_of_nothing_else(index: SearchIndex) -> None:
    long = " ".join(["and so on"] * 20)
    await index.put_posts([post(1, "wren"), post(2, f"wren {long}"), post(3, long)])
    assert [hit.id for hit in await index.best_posts(asking("wren"), NOW, None, 10)] == [at(1), at(2)]


async def test_of_equally_good_posts_the_newer_comes_first(index: SearchIndex) -> None:
    await index.put_posts([post(1, "a wren", days=days) for days in (400, 0, 90)])
    hits = await index.best_posts(asking("wren"), NOW, None, 10)
    assert [hit.id for hit in hits] == [at(1), at(1, 90), at(1, 400)]


async def test_pages_by_fitness_go_on_where_the_last_one_ended(index: SearchIndex) -> None:
    texts = ["wren", "wren wren", "a wren", "the wren of the wood"]
    await index.put_posts([post(n, texts[n % 4], days=n * 7) for n in range(40)])
    whole = await index.best_posts(asking("wren"), NOW, None, 100)
    assert len({hit.id for hit in whole}) == 40
    assert list(whole) == sorted(whole, reverse=True)
    paged: list[Hit] = []
    while page := await index.best_posts(asking("wren"), NOW, paged[-1] if paged else None, 7):
        paged += page
    assert paged == list(whole)


async def people(index: SearchIndex, *names: str, username: str = "", limit: int = 10) -> list[int]:
    """Return whom is found by the beginnings of names."""
    phrases = [Phrase(words.words, prefix=True) for name in names if (words := phrase_of(name))]
    return [hit.id for hit in await index.people(phrases, username or fold(names[0]), None, limit)]


async def test_people_are_found_by_the_beginnings_of_their_names(index: SearchIndex) -> None:
    await index.put_people([person(1, "blue_tit", "Ana Maria"), person(2, "robin", "Maria Blue"), person(3, "wren")])
    assert await people(index, "ana") == [1]
    assert sorted(await people(index, "mar")) == [1, 2]
    assert await people(index, "mari", "bl") == [2, 1]
    assert await people(index, "tit") == [1]
    assert await people(index, "ari") == []


async def test_who_has_the_name_comes_first_then_whose_begins_so_then_by_weight(index: SearchIndex) -> None:
    await index.put_people(
        [
            person(1, "wren_of_wood", weight=5),
            person(2, "wren"),
            person(3, "robin", "Wren", weight=1_000_000),
            person(4, "wrenna", weight=9),
            person(5, "tit", "wren", weight=3),
        ]
    )
    assert await people(index, "wren") == [2, 4, 1, 3, 5]


async def test_people_come_in_pages(index: SearchIndex) -> None:
    await index.put_people([person(n, f"wren{n}", weight=n % 3) for n in range(1, 20)])
    found: list[Hit] = []
    asked = [Phrase(("wren",), prefix=True)]
    while page := await index.people(asked, "wren", found[-1] if found else None, 4):
        found += page
    assert sorted(hit.id for hit in found) == list(range(1, 20))
    assert found == sorted(found, reverse=True)


async def test_who_has_a_new_name_or_is_gone_is_not_found_by_the_old(index: SearchIndex) -> None:
    await index.put_people([person(1, "wren", "Old"), person(2, "robin", "Old")])
    await index.put_people([person(1, "wren", "New")])
    await index.delete_people([2, 7])
    assert await people(index, "old") == []
    assert await people(index, "new") == [1]


async def test_hashtags_are_found_by_their_beginning_most_used_first(index: SearchIndex) -> None:
    await index.put_posts(
        [
            post(1, "", tags=("spring", "springtime")),
            post(2, "", tags=("spring",)),
            post(3, "", tags=("summer", "spřing")),
            post(4, "", tags=("春が来た",)),
        ]
    )
    assert await index.tags("spr", 10) == [TagCount("spring", 2), TagCount("springtime", 1)]
    assert await index.tags("spr", 1) == [TagCount("spring", 2)]
    assert await index.tags("春", 10) == [TagCount("春が来た", 1)]


async def test_an_index_is_complete_once_it_has_been_built(index: SearchIndex) -> None:
    assert not await index.complete()
    async with index.build() as build:
        await build.add_posts([post(1, "wren")])
        assert not await index.complete()
        assert await newest(index, "wren") == []
    assert await index.complete()
    assert await newest(index, "wren") == [at(1)]


async def test_a_build_replaces_what_was_there(index: SearchIndex) -> None:
    await index.put_posts([post(1, "wren", tags=("old",))])
    await index.put_people([person(1, "wren")])
    async with index.build() as build:
        await build.add_posts([post(2, "wren")])
        await build.add_people([person(2, "wren")])
        assert await newest(index, "wren") == [at(1)]
    assert await newest(index, "wren") == [at(2)]
    assert await people(index, "wren") == [2]
    assert await index.tags("", 10) == []


async def test_what_is_put_and_deleted_during_a_build_is_so_in_both(index: SearchIndex) -> None:
    await index.put_posts([post(1, "wren")])
    async with index.build() as build:
        await build.add_posts([post(1, "wren"), post(2, "wren")])
        await index.put_posts([post(3, "wren as it is now")])
        await build.add_posts([post(3, "wren as it was")])
        await index.delete_posts([at(1)])
        await index.put_people([person(1, "robin", "now")])
        await build.add_people([person(1, "robin", "then")])
        assert await newest(index, "wren") == [at(3)]
    assert await newest(index, "wren") == [at(3), at(2)]
    assert await newest(index, "was") == []
    assert await people(index, "now") == [1]
    assert await people(index, "then") == []


async def test_a_build_that_fails_leaves_the_old_index(index: SearchIndex) -> None:
    await index.put_posts([post(1, "wren")])

    async def fail() -> None:
        async with index.build() as build:
            await build.add_posts([post(2, "robin")])
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await newest(index, "wren") == [at(1)]
    await index.put_posts([post(3, "robin")])
    assert await newest(index, "robin") == [at(3)]


async def test_who_writes_and_searches_during_builds_notices_nothing(index: SearchIndex) -> None:
    database = [post(number, "wren") for number in range(50)]
    await index.put_posts(database)
    put = {document.id for document in database}
    builds = 0

    async def write() -> None:
        while builds < 3:
            document = post(len(database), "wren")
            database.append(document)
            await index.put_posts([document])
            put.add(document.id)

    async def search() -> None:
        while builds < 3:
            expected = set(put)
            assert expected <= set(await index.newest_posts(asking("wren"), 10_000))

    async def build() -> None:
        nonlocal builds
        while builds < 3:
            async with index.build() as new:
                for document in list(database):
                    await new.add_posts([document])
            builds += 1

    await asyncio.gather(write(), search(), build())
    assert len(put) > 50
    assert set(await index.newest_posts(asking("wren"), 10_000)) == put


async def test_an_index_outlives_who_has_opened_it(place: Open) -> None:
    async with place() as index, index.build() as build:
        await build.add_posts([post(1, "wren")])
    async with place() as index:
        assert await index.complete()
        assert await newest(index, "wren") == [at(1)]


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        '"*" NOT',
        "a:b & !c | (d",
        "\\ '' \"\" <->",
        "wren* wren~ +wren",
        "{ } [ ] ^2",
        "%_",
        "ー々〆",
        "١٢ ½ Ⅷ",
    ],
)
async def test_signs_that_mean_something_to_an_engine_mean_nothing_here(index: SearchIndex, text: str) -> None:
    await index.put_posts([post(1, f"so {text} it is"), post(2, "wren")])
    phrase = phrase_of(text)
    if phrase is not None:
        wanted = PostSearch(required=(phrase,), excluded=(Phrase(("wren", *phrase.words)),))
        assert at(1) in await index.newest_posts(wanted, 10)
        assert at(1) in [hit.id for hit in await index.best_posts(wanted, NOW, None, 10)]
        await index.people([Phrase(phrase.words, prefix=True)], text, None, 10)
    await index.tags(text, 10)


async def test_a_very_long_post_is_kept_and_found(index: SearchIndex) -> None:
    text = " ".join(f"word{number}" for number in range(5_000)) + " " + "e\u0301\u0302" * 3_000
    await index.put_posts([post(1, text)])
    assert await newest(index, "word1 word2", "word4999") == [at(1)]
