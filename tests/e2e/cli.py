"""Running the command line as an operator does."""

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chirrup.cli import main


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The facts that it printed with `--json`."""
        return json.loads(self.out)


def chirrup(*arguments: object, data_dir: Path, stdin: str = "") -> Ran:
    """Run a command over a data directory, in this process."""
    return run(*arguments, "--data-dir", data_dir, stdin=stdin)


def run(*arguments: object, stdin: str = "") -> Ran:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main([*map(str, arguments)])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stdin = before
    return Ran(code, out.getvalue(), err.getvalue())


def succeed(*arguments: object, data_dir: Path, stdin: str = "") -> Ran:
    """Run a command that must end well."""
    ran = chirrup(*arguments, data_dir=data_dir, stdin=stdin)
    assert ran.code == 0, ran.err
    return ran
