"""Database: the SQLite file in which votes are kept, its tables, and what to say when SQLite refuses.

Every change is one transaction, on the disk before ``with open_database`` ends: what was acknowledged is kept
if the process dies, and many threads and processes may write at once (write-ahead log; each waits its turn).
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import VoteError

VOTES_SCHEMA = 1  # of the tables
SECONDS_FOR_OTHERS = 10.0  # how long a call waits for others that write
VOTES_TABLES = (
    "CREATE TABLE trials (trial_id TEXT PRIMARY KEY, test_id TEXT, listener TEXT, issued_at TEXT, "
    "answered_at TEXT, deleted_at TEXT, trial TEXT, answer TEXT)",
    "CREATE TABLE tests (test_id TEXT PRIMARY KEY, listener TEXT, test TEXT)",
    "CREATE INDEX tests_by_listener ON tests (listener)",
    "CREATE INDEX trials_by_listener ON trials (listener)",
    "CREATE INDEX trials_by_test ON trials (test_id)",
)
DATABASE_REFUSALS = {  # what SQLite says -> what the listener, or the host, should know
    "locked": "is busy: try again in a few seconds; nothing was lost",
    "readonly": "may not be written to: let the app write to its file and folder",
    "full": "has no room left on its disk: free space there; what is in it stays",
    "not a database": "is not a database of votes: move the file away to begin a new one",
    "malformed": "is damaged: move the file away to begin a new one, and restore it from its copy",
    "unable to open": "cannot be opened: its folder must exist and be writable",
    "disk i/o": "cannot be read or written: look at its disk",
}


@contextmanager
def open_database(path: Path, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """The database inside a transaction, which is committed at the end of the block unless an error ends it.

    Args:
        kind: of transaction; DEFERRED for reading only, so that nobody waits.

    Raises:
        VoteError: it is locked, read-only, full, damaged, or of another schema.
    """
    database = None
    try:
        _keep_private(path)
        database = sqlite3.connect(path, timeout=SECONDS_FOR_OTHERS, isolation_level=None)
        _prepare(database, path)
        database.execute(f"BEGIN {kind}")
        yield database
        database.execute("COMMIT")
    except sqlite3.Error as error:
        raise VoteError(f"the store of votes {path.name} {_reason(error)}") from None
    finally:
        if database is not None:
            database.close()  # what was not committed is undone


def _keep_private(path: Path) -> None:
    """Let only the owner read the file; SQLite gives the files that it writes next to it the same rights."""
    with contextlib.suppress(OSError):  # SQLite says what is wrong with the place
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        elif path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    database.execute("PRAGMA synchronous = FULL")
    database.execute("BEGIN")  # read version and tables at one moment: another process may be making them
    version = _version(database, path)
    database.execute("COMMIT")
    if version == VOTES_SCHEMA:
        return
    _write_ahead(database)
    database.execute("BEGIN IMMEDIATE")
    if _version(database, path) != VOTES_SCHEMA:  # nobody has made the tables meanwhile
        for statement in VOTES_TABLES:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {VOTES_SCHEMA}")
    database.execute("COMMIT")


def _write_ahead(database: sqlite3.Connection) -> None:
    """Switch on the write-ahead log; tried again, since SQLite does not wait if many switch it on at once."""
    until = time.monotonic() + SECONDS_FOR_OTHERS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _version(database: sqlite3.Connection, path: Path) -> int:
    """The schema of the tables; 0 in an empty file."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    if version != VOTES_SCHEMA and (version or tables):
        raise VoteError(
            f"the store of votes {path.name} has schema {version} and this Earshot reads {VOTES_SCHEMA}: "
            "export it with the Earshot that wrote it, or move the file away to begin a new one"
        )
    return version


def _reason(error: sqlite3.Error) -> str:
    said = str(error).lower()
    known = (sentence for key, sentence in DATABASE_REFUSALS.items() if key in said)
    return next(known, f"cannot be used ({said})")
