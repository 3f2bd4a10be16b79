"""The command line: `chirrup COMMAND`."""

import sys

import typer

from chirrup.commands import serve
from chirrup.platform.errors import Refusal, StartRefused

app = typer.Typer(
    name="chirrup",
    help="A microblogging server whose home timeline is always there and always fast.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(serve.migrate)


def main() -> None:
    """Run a command; what an operator can mend ends in one sentence and exit code 2."""
    try:
        app()
    except (StartRefused, Refusal) as refusal:
        typer.echo(f"chirrup: {refusal}", err=True)
        sys.exit(2)
