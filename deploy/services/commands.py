"""What the commands do."""

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from . import install, topology
from .errors import ServicesError
from .kafka import Kafka
from .layout import Layout
from .opensearch import OpenSearch
from .pgbouncer import PgBouncer
from .postgres import PostgresNode, replay
from .registry import Registry
from .s3 import S3
from .service import Health, Service, wait_for_ports


def up(layout: Layout, names: Sequence[str] = ()) -> None:
    """Start what does not run, and return when everything is ready.

    Raises:
        ServicesError: something cannot start; what this call started is stopped again.
    """
    wanted = topology.chosen(layout, names)
    refuse_moved_ports(layout)
    if obstacles := [obstacle for service in wanted if (obstacle := service.obstacle())]:
        raise ServicesError("\n".join([*obstacles, "Nothing was started."]))
    layout.make_folders()
    fetch(layout, wanted)
    layout.remember()
    absent = [service for service in wanted if not service.runs()]
    try:
        side_by_side(start_chain, topology.chains(wanted))
    except BaseException:
        stopped = [service.name for service in absent if service.stop()]
        print(f"Stopped again: {', '.join(stopped) or 'nothing'}", flush=True)
        raise
    layout.remember()


def start_chain(chain: Sequence[Service]) -> None:
    """Start services one after another."""
    for service in chain:
        began = time.monotonic()
        if service.up():
            print(f"{service.title} on {service.address} is ready after {time.monotonic() - began:.1f} s", flush=True)


def side_by_side(do: Callable[[Sequence[Service]], object], chains: Sequence[Sequence[Service]]) -> None:
    """Do something with each of several chains at the same time.

    Raises:
        ServicesError: all that failed, when the last one is done.
    """
    with ThreadPoolExecutor(len(chains)) as pool:
        tries = [pool.submit(do, chain) for chain in chains]
    failures = [failure for one in tries if (failure := one.exception())]
    if unforeseen := [failure for failure in failures if not isinstance(failure, ServicesError)]:
        raise unforeseen[0]
    if failures:
        raise ServicesError("\n".join(map(str, failures)))


def fetch(layout: Layout, wanted: Sequence[Service]) -> None:
    """Fetch the jars and programs of what is wanted."""
    for service in wanted:
        if isinstance(service, Kafka):
            install.fetch_kafka(layout.library, service.version)
        if isinstance(service, Registry):
            install.fetch_registry(layout.library, service.version)
        if isinstance(service, S3):
            install.fetch_gateway(layout.library, service.version)
        if isinstance(service, OpenSearch):
            install.fetch_opensearch(layout.library, service.version)


def refuse_moved_ports(layout: Layout) -> None:
    """Refuse other ports than those on which something runs already."""
    running = [service.name for service in topology.services(layout) if service.has_a_process()]
    if layout.moved and running:
        raise ServicesError(
            f"{', '.join(running)} run with other ports than the environment asks for ({', '.join(layout.moved)}). "
            "Stop them first: scripts/services down"
        )


def down(layout: Layout, names: Sequence[str] = ()) -> None:
    """Stop what was started here."""
    stop_by(lambda service: service.stop(), topology.chosen(layout, names))


def kill(layout: Layout, names: Sequence[str]) -> None:
    """End services as a power cut would."""
    stop_by(lambda service: service.kill(), topology.chosen(layout, names))


def stop_by(how: Callable[[Service], bool], wanted: Sequence[Service]) -> None:
    """Stop services in one of the two ways, and wait for their ports."""
    with ThreadPoolExecutor(len(wanted)) as pool:
        stopped = [service for service, ran in zip(wanted, pool.map(how, wanted), strict=True) if ran]
    wait_for_ports([port for service in stopped for port in service.listens_on()])
    print(f"Stopped: {', '.join(service.name for service in stopped) or 'nothing, for nothing ran'}")


def reset(layout: Layout) -> None:
    """Stop everything, delete its data, and start it empty on the same ports."""
    down(layout)
    layout.delete()
    up(layout)


def pause(layout: Layout, names: Sequence[str], *, paused: bool) -> None:
    """Pause or resume the replay of a replica."""
    for service in topology.chosen(layout, names):
        if not isinstance(service, PostgresNode):
            raise ServicesError(f"{service.name} is no PostgreSQL replica; only one can be paused.")
        replay(service, paused=paused)
        print(f"{service.name}: replay {'paused' if paused else 'resumed'}")


def promote(layout: Layout) -> None:
    """Stop the primary if it runs, make the replica the primary, and lead PgBouncer and new processes to it."""
    began = time.monotonic()
    old, new = PostgresNode(layout, layout.primary), PostgresNode(layout, layout.standby)
    if not new.runs():
        raise ServicesError(
            f"{new.name} does not run, so it cannot become the primary: scripts/services start {new.name}"
        )
    old.stop()
    seconds = new.promote()
    layout.primary = new.name
    layout.remember()
    PgBouncer(layout).reload()
    print(
        f"{new.name} on {new.address} is the primary; promotion {seconds:.2f} s, all {time.monotonic() - began:.2f} s"
    )
    print(f"{layout.env_file} names it. '{old.name}' has to be made a replica: scripts/services rebase")


def rebase(layout: Layout) -> None:
    """Make the node that is not the primary a new copy of it, which follows it."""
    began = time.monotonic()
    node = PostgresNode(layout, layout.standby)
    node.stop()
    node.copy_primary()
    node.up()
    layout.remember()
    print(f"{node.name} on {node.address} is a replica of {layout.primary} after {time.monotonic() - began:.1f} s")


def check(layout: Layout, names: Sequence[str] = (), *, as_json: bool = False) -> bool:
    """Print how every service is; return whether all are well."""
    wanted = topology.chosen(layout, names)
    with ThreadPoolExecutor(len(wanted)) as pool:
        lines = list(pool.map(lambda service: service.check(), wanted))
    print(json.dumps([dataclasses.asdict(line) for line in lines], indent=2) if as_json else table(lines))
    return all(line.state == "ok" for line in lines)


def table(lines: Sequence[Health]) -> str:
    """Return the lines as a table for people."""
    rows = [("SERVICE", "ADDRESS", "STATE", "DETAIL"), *(dataclasses.astuple(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )
