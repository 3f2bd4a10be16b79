"""The data directory: one folder that holds all an instance knows, used by one server at a time."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from chirrup.migrations import HEAD
from chirrup.platform.errors import StartRefused

MIGRATION_TIMEOUT = 3600


class DataDir:
    """Where each thing is in a data directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = root / "chirrup.db"
        self.keys = root / "keys"
        self.backups = root / "backups"

    def prepare(self) -> None:
        """Make the folder and the database, or bring the database up to date after a backup of it.

        Raises:
            StartRefused: the folder cannot be written, or its database is newer than this program.
        """
        try:
            self.root.mkdir(mode=0o750, parents=True, exist_ok=True)
            probe = self.root / ".write-probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StartRefused(f"The data directory {self.root} cannot be written: {error.strerror}.") from error
        revision = self.revision()
        if revision == HEAD:
            return
        if revision is not None and revision > HEAD:
            raise StartRefused(
                f"The data directory {self.root} was made by a newer version of Chirrup (schema {revision}; this one"
                f" knows {HEAD})."
            )
        with self.exclusive():
            if revision is not None:
                self.backups.mkdir(exist_ok=True)
                copy_database(self.database, self.backups / f"before-{HEAD}-from-{revision}.db")
            migrate(self.database)

    def revision(self) -> str | None:
        """Return the revision of the schema, None where there is no database yet.

        Raises:
            StartRefused: the file is not a database of Chirrup.
        """
        if not self.database.exists() or self.database.stat().st_size == 0:
            return None
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as connection:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise StartRefused(f"{self.database} cannot be read as a database of Chirrup: {error}.") from error
        return row[0] if row else None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the data directory alone, as a server does.

        Raises:
            StartRefused: another process holds it.
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StartRefused(f"The data directory {self.root} is in use by another running instance.") from error
            yield
        finally:
            os.close(descriptor)


def migrate(database: Path) -> None:
    """Bring a database up to date, in a process of its own so that no server carries the migration tools.

    Raises:
        StartRefused: a migration failed.
    """
    command = [sys.executable, "-m", "chirrup.migrate", str(database)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MIGRATION_TIMEOUT, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["unknown"]
        raise StartRefused(f"The database {database} cannot be brought up to date: {reason[0]}.")


def copy_database(source: Path, target: Path) -> None:
    """Copy a database consistently, also while others write to it."""
    with closing(sqlite3.connect(source, timeout=30)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing, pages=4096)
