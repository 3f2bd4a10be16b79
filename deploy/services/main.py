"""The command line of `scripts/services`."""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import commands
from .errors import ServicesError
from .install import install_packages
from .layout import LIBRARY, Layout, load
from .process import until

LOCK_SECONDS = 300
DESCRIPTION = """\
The services of the cluster profile as plain processes of this machine: PostgreSQL with a replica, PgBouncer, Redis,
a Redis Cluster, Kafka, a schema registry, S3 and OpenSearch, all on 127.0.0.1, with everything they write in
.services/.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    top = argparse.ArgumentParser("scripts/services", description=DESCRIPTION)
    verbs = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, names, text in (
        ("up", "*", "install what is missing, start what does not run, return when all is ready"),
        ("down", "", "stop what was started"),
        ("reset", "", "stop, delete all data, start empty"),
        ("check", "*", "talk to every service; a table, and exit code 0 only when all is well"),
        ("start", "+", "start services that were stopped"),
        ("stop", "+", "stop services in good order"),
        ("kill", "+", "end services as a power cut would"),
        ("pause", "+", "let a PostgreSQL replica receive, but not show, what the primary writes"),
        ("resume", "+", "let it go on"),
        ("promote", "", "make the replica the primary; the old one is stopped if it runs"),
        ("rebase", "", "make the node that is not the primary a new replica of it"),
    ):
        verb = verbs.add_parser(name, help=text, description=text)
        if names:
            verb.add_argument("names", nargs=names, metavar="NAME", help="a service, as `check` calls it")
        if name == "check":
            verb.add_argument("--json", action="store_true", help="for programs")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    chosen = parser().parse_args(arguments)
    try:
        if chosen.command == "check":
            return not commands.check(load(os.environ), chosen.names, as_json=chosen.json)
        if chosen.command in {"up", "reset"}:
            # whom PostgreSQL runs as is known only when it is installed
            install_packages(LIBRARY)
        layout = load(os.environ)
        with locked(layout.root):
            run(chosen.command, layout, getattr(chosen, "names", []))
    except ServicesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(command: str, layout: Layout, names: Sequence[str]) -> None:
    """Run a command that changes something."""
    match command:
        case "up" | "start":
            commands.up(layout, names)
        case "down" | "stop":
            commands.down(layout, names)
        case "kill":
            commands.kill(layout, names)
        case "pause" | "resume":
            commands.pause(layout, names, paused=command == "pause")
        case "reset":
            commands.reset(layout)
        case "promote":
            commands.promote(layout)
        case "rebase":
            commands.rebase(layout)


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep a second command from changing the same services at the same time."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as file:
        if not until(lambda: taken(file.fileno()), LOCK_SECONDS):
            raise ServicesError(f"Another scripts/services has been at work in {root} for {LOCK_SECONDS} s.")
        yield


def taken(file: int) -> bool:
    """Try to take the lock; return whether it is ours."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
