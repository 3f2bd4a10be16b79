"""What commands print: facts as a table or as JSON on standard output, progress on standard error."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

_UNFOLDED = 2000


def print_json(facts: object) -> None:
    """Print facts as indented JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(facts), indent=2).decode())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their columns; numbers are flush right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    numeric = [bool(rows) and all(isinstance(row[index], int) for row in rows) for index in range(len(columns))]
    for column, right in zip(columns, numeric, strict=True):
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{cell:,}" if type(cell) is int else _plain(cell) for cell in row))
    # what is not read on a screen is not folded to its width
    width = None if sys.stdout.isatty() else _UNFOLDED
    Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=True, width=width).print(table)


@contextmanager
def progress() -> Iterator[Progress]:
    """Show how far a command is, where somebody looks at it: only on a terminal."""
    console = Console(file=sys.stderr)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield bars


def _plain(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else str(cell)
