"""What Kafka and the schema registry may do to a bus."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from confluent_kafka import Producer

from chirrup.platform import delivery
from chirrup.platform.adapters.kafka import topics
from chirrup.platform.adapters.kafka.log import KafkaLog, prepare
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.kafka.producer import NUMBERS
from chirrup.platform.adapters.log import consumer
from chirrup.platform.adapters.log import relay as relays
from chirrup.platform.adapters.log.relay import Relay
from chirrup.platform.errors import Unavailable
from chirrup.platform.events import Event, shard_of
from chirrup.platform.ports import Batch, Database
from tests.contract.birds import WREN, Listener, sing, until, wanting
from tests.contract.buses import FAMILIES, TYPES, KafkaBusStorage, on_kafka, running
from tests.contract.wire import Wire

PATIENCE = 60


class Rumour(Event, frozen=True, kw_only=True):
    """Birds say a lot."""

    family = "birds"

    text: str

    @property
    def key(self) -> int:
        return WREN


@pytest.fixture
def storage(data_dir: Path) -> Iterator[KafkaBusStorage]:
    """A database, and topics."""
    with on_kafka(data_dir) as storage:
        assert isinstance(storage, KafkaBusStorage)
        yield storage


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses as short as a test needs them."""
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(consumer, "IDLE", 0.05)
    monkeypatch.setattr(consumer, "LOOK", 0.1)
    monkeypatch.setattr(relays, "LONGEST_BACK_OFF", 0.2)


def behind(wire: Wire, options: KafkaOptions) -> KafkaOptions:
    """Return options that reach the registry over a wire."""
    there = urlsplit(options.registry)
    return msgspec.structs.replace(options, registry=there._replace(netloc=f"127.0.0.1:{wire.port}").geturl())


async def wired(options: KafkaOptions) -> Wire:
    there = urlsplit(options.registry)
    wire = Wire(there.hostname or "", there.port or 0)
    await wire.start()
    return wire


def write(options: KafkaOptions, value: bytes, seq: int | None) -> None:
    """Put a message into the wren's shard, with a number or without."""
    producer = Producer(options.properties())
    headers: dict[str, str | bytes | None] = {}
    if seq is not None:
        headers = {"chirrup": NUMBERS.pack(seq, 77, 0), "type": b"Sang"}
    producer.produce(options.topic("birds"), value, partition=shard_of(WREN), headers=headers)
    assert producer.flush(10) == 0


async def test_without_a_registry_at_start_all_waits_and_then_goes_on(
    storage: KafkaBusStorage, database: Database
) -> None:
    wire = await wired(storage.options)
    await wire.cut()
    storage.options = behind(wire, storage.options)
    listener = Listener()
    await sing(database, 1, 2, 3)
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.sleep(0.5)
        assert listener.heard == []
        assert (await storage.outbox.backlog(database.read)).pending == 3
        await wire.start()
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
    await wire.close()
    assert listener.songs() == [1, 2, 3]


async def test_a_reader_without_a_registry_waits_and_gives_nothing_up(
    storage: KafkaBusStorage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # or the outbox would soon be asked in the log's place
    monkeypatch.setattr(consumer, "LOOK", 3600)
    await sing(database, 1, 2, 3)
    async with storage.log() as log:
        await Relay(database, log, storage.storage.telemetry).round()
    wire = await wired(storage.options)
    await wire.cut()
    listener = Listener()
    async with KafkaLog(behind(wire, storage.options), TYPES) as log:
        bus = storage.bus(database, log, [wanting(listener)])
        async with running(bus.run()):
            await asyncio.sleep(1.5)
            assert listener.heard == []
            assert await storage.outbox.dead_letters(database.read) == []
            await wire.start()
            await asyncio.wait_for(bus.caught_up(), PATIENCE)
    await wire.close()
    assert listener.songs() == [1, 2, 3]


async def test_a_registry_that_goes_later_is_not_missed(storage: KafkaBusStorage, database: Database) -> None:
    wire = await wired(storage.options)
    storage.options = behind(wire, storage.options)
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await sing(database, 1)
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
        await wire.cut()
        await sing(database, 2, 3)
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
    await wire.close()
    assert listener.songs() == [1, 2, 3]


async def test_a_foreign_message_becomes_a_dead_letter_with_its_bytes(
    storage: KafkaBusStorage, database: Database
) -> None:
    listener = Listener()

    async def given_up() -> bool:
        return bool(await storage.outbox.dead_letters(database.read))

    async with storage.delivering(database, [wanting(listener)]) as bus:
        await sing(database, 1)
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
        await asyncio.to_thread(write, storage.options, b"cuckoo", None)
        await sing(database, 2)
        await until(given_up, PATIENCE)
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
    assert listener.songs() == [1, 2]
    (letter,) = await storage.outbox.dead_letters(database.read)
    assert (letter.consumer, letter.type) == ("listener", "unknown")
    assert "none of ours" in letter.error
    row = await database.read.first("SELECT payload FROM dead_letters")
    assert row is not None
    assert row[0] == b"cuckoo"


@pytest.mark.parametrize("value", [b"cuckoo", b"", b"\x00\x00\x00\x00\x00cuckoo"])
async def test_a_message_that_cannot_be_read_is_taken_from_the_outbox(
    storage: KafkaBusStorage, database: Database, value: bytes
) -> None:
    await sing(database, 1, 2, 3)
    async with storage.log() as log:
        # the second of three numbers comes first, and garbled
        await asyncio.to_thread(write, storage.options, value, 1)
        await Relay(database, log, storage.storage.telemetry).round()
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
    assert listener.songs() == [1, 2, 3]
    assert await storage.outbox.dead_letters(database.read) == []


async def test_an_event_too_large_for_kafka_is_taken_from_the_outbox(
    storage: KafkaBusStorage, database: Database
) -> None:
    storage.options = msgspec.structs.replace(storage.options, client={"message.max.bytes": "4000"})
    storage.types = [*TYPES, Rumour]
    async with database.transaction() as tx:
        tx.publish(Rumour(text="tseep"))
        tx.publish(Rumour(text="tseep " * 1000))
        tx.publish(Rumour(text="hush"))
    heard: list[int] = []

    async def listen(batch: Batch) -> None:
        heard.extend(len(one.event.text) for one in batch.deliveries if isinstance(one.event, Rumour))

    async with storage.delivering(database, [wanting(listen, Rumour)]) as bus:
        await asyncio.wait_for(bus.caught_up(), PATIENCE)
    assert heard == [5, 6000, 4]


def test_the_check_tells_what_is_missing(storage: KafkaBusStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    topics.check_topics(storage.options, FAMILIES)
    with pytest.raises(Unavailable, match="lacks the topics"):
        topics.check_topics(storage.options, [*FAMILIES, "fish"])
    monkeypatch.setattr(topics, "CHECK_TIMEOUT", 0.2)
    with pytest.raises(Unavailable, match="does not answer"):
        topics.check_topics(msgspec.structs.replace(storage.options, servers="127.0.0.1:9"), FAMILIES)


def test_preparing_twice_is_preparing_once(storage: KafkaBusStorage) -> None:
    made, subjects = prepare(storage.options, TYPES)
    assert made == []
    assert f"{storage.options.prefix}birds-chirrup.birds.Sang" in subjects
    assert prepare(storage.options, TYPES) == ([], subjects)
