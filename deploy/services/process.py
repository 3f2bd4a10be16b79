"""Processes that outlive the command which started them, known by a pid file."""

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ServicesError

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Process:
    """A program in the background.

    Attributes:
        name: what its pid file and its log are called.
        run: the folder of pid files.
        logs: the folder of logs.
        user: whom it runs as; empty for the caller.
    """

    name: str
    run: Path
    logs: Path
    user: str = ""

    @property
    def pid_file(self) -> Path:
        """Holds the pid and the program's start time in clock ticks since boot."""
        return self.run / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        """Takes what the program prints; that of the run before is kept beside it."""
        return self.logs / f"{self.name}.log"

    def pid(self) -> int:
        """Return the pid if it is still the program that was started, else 0."""
        try:
            pid, started = self.pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return 0
        return int(pid) if started_at(int(pid)) == started else 0

    def start(self, argv: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Start the program detached from this one, with only its log as output."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("wb") as log:
            child = subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=clean_environment() | dict(environment or {}),
                start_new_session=True,
                **as_user(self.user),
            )
        self.pid_file.write_text(f"{child.pid} {started_at(child.pid)}\n")
        # it is stopped by its pid, from another process as a rule
        child.returncode = 0

    def stop(self, how: signal.Signals, seconds: float) -> bool:
        """Ask the program to end, and end it after so many seconds; return whether it ran."""
        pid = self.pid()
        if pid:
            os.kill(pid, how)
            if not until(lambda: not self.pid(), seconds):
                self.kill()
        self.pid_file.unlink(missing_ok=True)
        return bool(pid)

    def kill(self) -> bool:
        """End the program and its children at once, as a power cut would; return whether it ran."""
        pid = self.pid()
        if pid:
            victims = {one: started_at(one) for one in (pid, *children(pid))}
            for one in victims:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            if not until(lambda: all(started_at(one) != at for one, at in victims.items()), 10):
                raise ServicesError(f"{self.name} (pid {pid}) does not end.")
        self.pid_file.unlink(missing_ok=True)
        return bool(pid)

    def tail(self, lines: int = 15) -> str:
        """Return the end of the log."""
        if not self.log.is_file():
            return "(no log)"
        return "\n".join("    " + line for line in self.log.read_text(errors="replace").splitlines()[-lines:])


def started_at(pid: int) -> str:
    """Return when a living process started, in clock ticks since boot; empty when there is none."""
    try:
        fields: list[str] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def children(pid: int) -> list[int]:
    """Return the pids of a process's children."""
    found = []
    for folder in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in (folder / "children").read_text().split()]
    return found


def as_user(user: str) -> dict[str, Any]:
    """Return what `subprocess` needs to run something as another user."""
    if not user:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": os.getgrouplist(user, entry.pw_gid)}


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead PostgreSQL's programs to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def run(argv: Sequence[str | Path], *, user: str = "", seconds: float = 60, cwd: Path = Path("/")) -> str:
    """Run a program to its end and return what it printed.

    Raises:
        ServicesError: it failed or took too long.
    """
    words = [str(word) for word in argv]
    environment = clean_environment() | {"PGCONNECT_TIMEOUT": "5"}
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=cwd,
            env=environment,
            timeout=seconds,
            check=False,
            **as_user(user),
        )
    except subprocess.TimeoutExpired as error:
        raise ServicesError(f"{Path(words[0]).name} took longer than {seconds:g} s.") from error
    except OSError as error:
        raise ServicesError(f"{words[0]} cannot be run: {error}.") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise ServicesError(f"{Path(words[0]).name} failed: {said}")
    return done.stdout.strip()


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; return whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
