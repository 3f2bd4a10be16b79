"""The command line: `chirrup COMMAND`."""

import sqlite3
import sys
from collections.abc import Sequence

import typer

from chirrup.commands import (
    archive,
    bench,
    check,
    demo,
    explain,
    graph,
    outbox,
    reconcile,
    search,
    serve,
    trends,
    user,
)
from chirrup.platform.errors import Refusal, StartRefused
from chirrup.platform.telemetry import configure_logging

app = typer.Typer(
    name="chirrup",
    help="A microblogging server whose home timeline is always there and always fast.",
    # each option is also CHIRRUP_<COMMAND>_<OPTION>; those that are settings have shorter names of their own
    context_settings={"auto_envvar_prefix": "CHIRRUP"},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(serve.migrate)
app.command()(demo.demo)
app.add_typer(graph.app, name="import")
app.add_typer(user.app, name="user")
app.command()(archive.backup)
app.command()(archive.restore)
app.add_typer(check.app, name="check")
app.command()(explain.explain)
app.command()(reconcile.reconcile)
app.add_typer(outbox.app, name="outbox")
app.add_typer(trends.app, name="trends")
app.add_typer(search.app, name="search")
app.add_typer(bench.app, name="bench")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what an operator can mend ends in one sentence and exit code 2."""
    # standard output is for what was asked, and what is usual is for the log of a server
    configure_logging("warning")
    try:
        app(arguments)
    except (StartRefused, Refusal) as refusal:
        sentence = str(refusal)
    except OSError as error:
        sentence = f"{error.filename or 'A file'}: {error.strerror or error}."
    except sqlite3.DatabaseError as error:
        if not _is_the_file(error):
            raise
        sentence = f"The database cannot be used: {error}. `chirrup check` tells more."
    typer.echo(f"chirrup: {sentence}", err=True)
    sys.exit(2)


def _is_the_file(error: sqlite3.DatabaseError) -> bool:
    """Return whether the disk or the file is at fault, and not the program."""
    codes = {
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY,
    }  # fmt: skip
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in codes
