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
        self.search = root / "search.db"
        self.keys = root / "keys"
        self.media = root / "media"
        self.backups = root / "backups"
        self.restoring = root / ".restoring"
        self.operator = root / "operator.sock"
        self.demo = root / "demo.json"
        self.unfinished = root / "unfinished.sql"

    def prepare(self, *, finish: bool = True) -> None:
        """Make the folder and the database, or bring the database up to date after a backup of it.

        What an interrupted import left to do is done first, unless the caller goes on with it.

        Raises:
            StartRefused: the folder cannot be written, its database is newer than this program, or a restore into it
                was interrupted.
        """
        self._check_writable()
        if self.restoring.exists():
            raise StartRefused(f"A restore into {self.root} was interrupted; run `chirrup restore` again.")
        revision = self.revision()
        if revision == HEAD:
            if finish and self.unfinished.exists():
                with self.exclusive():
                    self.finish()
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

    def begin(self, script: str) -> None:
        """Have a script of SQL run before the database is used again, whatever happens to this process."""
        draft = self.unfinished.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as out:
            out.write(script)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self.unfinished)
        sync_folder(self.root)

    def finish(self) -> None:
        """Run the script that `begin` left, in one transaction."""
        script = self.unfinished.read_text("utf-8")
        with closing(sqlite3.connect(self.database, timeout=30, isolation_level=None)) as connection:
            connection.executescript(f"PRAGMA cache_size = -131072; BEGIN IMMEDIATE; {script}; COMMIT")
        self.unfinished.unlink()

    def _check_writable(self) -> None:
        try:
            self.root.mkdir(mode=0o750, parents=True, exist_ok=True)
            probe = self.root / ".write-probe"
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise StartRefused(f"The data directory {self.root} cannot be written: {error.strerror}.") from error
        ours = [self.database, self.root / "lock", self.keys, *self.keys.glob("*.pem"), *self.root.glob("chirrup.db-*")]
        for path in ours:
            if path.exists() and not os.access(path, os.R_OK | os.W_OK):
                raise StartRefused(f"{path} belongs to somebody else: this user may not read and write it.")

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


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
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
    """Copy a database as it is at one moment, also while others write to it."""
    with closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as reading:
        # the snapshot of an open transaction stays, where a backup without one starts again after each write of others
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target)) as writing:
            reading.backup(writing, pages=4096)
    with target.open("rb") as copy:
        os.fsync(copy.fileno())
