"""The promises of the `Cache` port."""

from chirrup.platform.ports import Cache

WREN, ROBIN, JAY = 1, 2, 3


async def test_values_come_back_in_the_order_of_the_keys(cache: Cache) -> None:
    await cache.set_many("nests", {WREN: "low", ROBIN: {"eggs": 4}})
    assert await cache.get_many("nests", [ROBIN, JAY, WREN]) == [{"eggs": 4}, None, "low"]
    assert await cache.get_many("nests", []) == []


async def test_an_empty_value_is_a_value(cache: Cache) -> None:
    await cache.set_many("nests", {WREN: {}, ROBIN: 0, JAY: ""})
    assert await cache.get_many("nests", [WREN, ROBIN, JAY]) == [{}, 0, ""]


async def test_one_key_is_read_as_many_are(cache: Cache) -> None:
    await cache.set_many("nests", {WREN: "low"})

    assert await cache.get("nests", WREN) == "low"
    assert await cache.get("nests", JAY) is None


async def test_spaces_are_apart(cache: Cache) -> None:
    await cache.set_many("nests", {WREN: "nest"})
    await cache.set_many("eggs", {WREN: "egg"})
    await cache.delete("nests", [WREN])
    assert await cache.get_many("nests", [WREN]) == [None]
    assert await cache.get_many("eggs", [WREN]) == ["egg"]


async def test_the_newest_value_counts(cache: Cache) -> None:
    await cache.set_many("nests", {WREN: "old"})
    for key in range(10, 30):
        await cache.set_many("nests", {key: key, WREN: key})
        assert await cache.get_many("nests", [WREN]) == [key]


async def test_a_deleted_value_stays_away_however_full_the_cache_gets(cache: Cache) -> None:
    for generation in range(3):
        await cache.set_many("nests", dict.fromkeys(range(10, 13 + generation), "other"))
        await cache.set_many("nests", {WREN: generation})
    await cache.delete("nests", [WREN, ROBIN])
    for key in range(20, 40):
        assert await cache.get_many("nests", [WREN]) == [None]
        await cache.set_many("nests", {key: key})


async def test_memory_is_bounded_and_what_is_in_use_stays(cache: Cache) -> None:
    await cache.set_many("nests", {WREN: "in use"})
    for key in range(10, 500):
        await cache.set_many("nests", {key: key})
        assert await cache.get_many("nests", [WREN]) == ["in use"]
    found = await cache.get_many("nests", range(10, 500))
    assert sum(value is not None for value in found) <= 8
