"""The promises of the `Cache` port."""

import asyncio
from collections.abc import Mapping

import pytest

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.ports import Cache
from tests.contract.stores import SPACES

WREN, ROBIN, JAY = 1, 2, 3


class Shelf:
    """What a cache loads from: a dictionary that writes down what it was asked for, and can be held up."""

    def __init__(self, values: Mapping[int, object]) -> None:
        self.values = dict(values)
        self.asked: list[list[int]] = []
        self.asked_at_all = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def load(self, keys: list[int]) -> dict[int, object]:
        """Look up first and answer when open, as a slow database would."""
        self.asked.append(sorted(keys))
        found = {key: self.values[key] for key in keys if key in self.values}
        self.asked_at_all.set()
        await self.open.wait()
        return found


async def none(keys: list[int]) -> dict[int, object]:
    """Load nothing."""
    return {}


async def kept(cache: Cache, keys: list[int], space: str = "nests") -> list[object]:
    """Return what the cache has by itself."""
    return await cache.fetch(space, keys, none)


async def test_values_come_back_in_the_order_of_the_keys_and_are_kept(cache: Cache) -> None:
    shelf = Shelf({WREN: "low", ROBIN: "high"})
    for _ in range(2):
        assert await cache.fetch("nests", [ROBIN, JAY, WREN], shelf.load) == ["high", None, "low"]
    assert await cache.fetch("nests", [WREN, WREN], shelf.load) == ["low", "low"]
    assert await cache.fetch("nests", [], shelf.load) == []
    assert shelf.asked == [[WREN, ROBIN, JAY], [JAY]]


async def test_only_what_is_not_kept_is_loaded_and_in_one_call(cache: Cache) -> None:
    shelf = Shelf({WREN: "low", ROBIN: "high", JAY: "far"})
    await cache.fetch("nests", [ROBIN], shelf.load)
    assert await cache.fetch("nests", [WREN, ROBIN, JAY, WREN], shelf.load) == ["low", "high", "far", "low"]
    assert shelf.asked == [[ROBIN], [WREN, JAY]]


async def test_an_empty_value_is_a_value(cache: Cache) -> None:
    await cache.fetch("nests", [WREN], Shelf({WREN: ""}).load)
    assert await kept(cache, [WREN]) == [""]


async def test_one_key_is_read_as_many_are(cache: Cache) -> None:
    shelf = Shelf({WREN: "low"})
    assert [await cache.fetch_one("nests", WREN, shelf.load) for _ in range(2)] == ["low", "low"]
    assert await kept(cache, [WREN]) == ["low"]
    assert await cache.fetch_one("nests", JAY, shelf.load) is None
    assert shelf.asked == [[WREN], [JAY]]


async def test_keys_of_different_spaces_are_asked_for_together(cache: Cache) -> None:
    nests, eggs = Shelf({WREN: "low"}), Shelf({JAY: "blue"})
    for _ in range(2):
        wanted = [("nests", WREN, nests.load), ("eggs", JAY, eggs.load), ("eggs", WREN, eggs.load)]
        assert await cache.fetch_each(wanted) == ["low", "blue", None]
    assert (nests.asked, eggs.asked) == ([[WREN]], [[JAY], [WREN], [WREN]])


async def test_spaces_are_apart(cache: Cache) -> None:
    await cache.fetch("nests", [WREN], Shelf({WREN: "nest"}).load)
    await cache.fetch("eggs", [WREN], Shelf({WREN: "egg"}).load)
    await cache.delete("nests", [WREN])
    assert await kept(cache, [WREN]) == [None]
    assert await kept(cache, [WREN], "eggs") == ["egg"]


async def test_a_value_that_was_deleted_is_loaded_anew(cache: Cache) -> None:
    shelf = Shelf({WREN: "old", ROBIN: "same"})
    await cache.fetch("nests", [WREN, ROBIN], shelf.load)
    shelf.values[WREN] = "new"
    await cache.delete("nests", [WREN, JAY])
    assert await cache.fetch("nests", [WREN, ROBIN], shelf.load) == ["new", "same"]


async def test_many_who_miss_a_key_at_once_wait_for_one_load(cache: Cache) -> None:
    shelf = Shelf({WREN: "low", ROBIN: "high"})
    one = [cache.fetch_one("nests", WREN, shelf.load) for _ in range(20)]
    both = [cache.fetch("nests", [ROBIN, WREN], shelf.load) for _ in range(20)]
    assert await asyncio.gather(*one, *both) == ["low"] * 20 + [["high", "low"]] * 20
    assert sorted(key for keys in shelf.asked for key in keys) == [WREN, ROBIN]


async def test_two_loads_that_wait_for_each_other_s_keys_both_end(cache: Cache) -> None:
    shelf = Shelf({WREN: "low", ROBIN: "high", JAY: "far"})
    async with asyncio.timeout(5):
        await asyncio.gather(
            cache.fetch("nests", [WREN, ROBIN], shelf.load),
            cache.fetch("nests", [ROBIN, JAY], shelf.load),
            cache.fetch("nests", [JAY, WREN], shelf.load),
        )
    assert await kept(cache, [WREN, ROBIN, JAY]) == ["low", "high", "far"]


async def test_a_value_that_is_deleted_while_it_is_loaded_is_not_kept(cache: Cache) -> None:
    shelf = Shelf({WREN: "old", ROBIN: "same"})
    shelf.open.clear()
    reader = asyncio.create_task(cache.fetch("nests", [WREN, ROBIN], shelf.load))
    await shelf.asked_at_all.wait()
    shelf.values[WREN] = "new"
    await cache.delete("nests", [WREN])
    shelf.open.set()
    assert await reader == ["old", "same"]
    assert await kept(cache, [WREN, ROBIN]) == [None, "same"]


async def test_who_comes_after_a_deletion_does_not_wait_for_the_load_from_before_it(cache: Cache) -> None:
    shelf = Shelf({WREN: "old"})
    shelf.open.clear()
    early = asyncio.create_task(cache.fetch_one("nests", WREN, shelf.load))
    await shelf.asked_at_all.wait()
    late_shelf = Shelf({WREN: "new"})
    await cache.delete("nests", [WREN])
    async with asyncio.timeout(5):
        assert await cache.fetch_one("nests", WREN, late_shelf.load) == "new"
    shelf.open.set()
    await early
    assert await kept(cache, [WREN]) == ["new"]


async def test_a_load_that_fails_fails_for_all_who_wait_and_is_tried_again_later(cache: Cache) -> None:
    async def fail(keys: list[int]) -> dict[int, object]:
        await asyncio.sleep(0)
        raise LookupError(keys)

    results = await asyncio.gather(
        *(cache.fetch_one("nests", WREN, fail) for _ in range(3)), return_exceptions=True
    )  # fmt: skip
    assert [type(result) for result in results] == [LookupError] * 3
    assert await cache.fetch_one("nests", WREN, Shelf({WREN: "low"}).load) == "low"


async def test_a_reader_who_leaves_takes_nobody_s_value_away(cache: Cache) -> None:
    shelf = Shelf({WREN: "low"})
    shelf.open.clear()
    leaving = asyncio.create_task(cache.fetch_one("nests", WREN, shelf.load))
    await shelf.asked_at_all.wait()
    staying = [asyncio.create_task(cache.fetch_one("nests", WREN, shelf.load)) for _ in range(3)]
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    shelf.open.set()
    async with asyncio.timeout(5):
        assert await asyncio.gather(*staying) == ["low"] * 3


async def test_a_deleted_value_stays_away_however_full_the_cache_gets(cache: Cache) -> None:
    for generation in range(3):
        await cache.fetch("nests", range(10, 13 + generation), Shelf(dict.fromkeys(range(10, 20), "other")).load)
        await cache.fetch("nests", [WREN], Shelf({WREN: "old"}).load)
    await cache.delete("nests", [WREN, ROBIN])
    for key in range(20, 40):
        assert await kept(cache, [WREN]) == [None]
        await cache.fetch("nests", [key], Shelf({key: "other"}).load)


async def test_memory_is_bounded_and_what_is_in_use_stays() -> None:
    cache = MemoryCache(SPACES)
    await cache.fetch("nests", [WREN], Shelf({WREN: "in use"}).load)
    for key in range(10, 500):
        await cache.fetch("nests", [key], Shelf({key: "other"}).load)
        assert await kept(cache, [WREN]) == ["in use"]
    assert sum(value is not None for value in await kept(cache, list(range(10, 500)))) <= 8
