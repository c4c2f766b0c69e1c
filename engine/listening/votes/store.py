"""Votes: trials that were asked and what was answered, kept in SQLite.

Each trial has one row, written when it is issued and completed when it is answered. Of a deleted trial only a
tombstone is kept, its id and when it was deleted, so that copies elsewhere learn of the deletion.

    export    {"trial": {…}, "answer": {…}}                  for an answered trial, a line of JSON each
              {"deleted": trial_id, "deleted_at": time}      for a deleted one

Every call opens the file anew, and each change is one transaction, on the disk before the call returns.
"""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.errors import InvalidValueError, VoteError
from engine.listening.record import check_record, make_record
from engine.listening.session import Session
from engine.listening.trial import Answer, Record, Trial
from engine.listening.votes.database import open_database

ANSWERED = "this trial has been answered already: your first answer counts"
NO_TEST = (
    "this test cannot go on: it was deleted, the app has lost it since, or it is another visitor's: start "
    "one of your own"
)
NOT_YOURS = "belongs to another visitor"


class VoteStore:
    """The votes in one file, which is made when it is first used.

    Args:
        path: of the file; its folder must exist. Only the file's owner can read it.
    """

    def __init__(self, path: Path):
        self.path = path

    def begin(self, session: Session) -> None:
        """Keep a test before its first trial.

        Raises:
            VoteError: there is a test with that id already, or the store cannot be used.
        """
        with open_database(self.path) as database:
            values = (session.test_id, session.listener, session.model_dump_json())
            if not database.execute("INSERT OR IGNORE INTO tests VALUES (?, ?, ?)", values).rowcount:
                raise VoteError(f"there is a test {session.test_id!r} already: give each an id of its own")

    def session(self, test_id: str, listener: str) -> Session:
        """The session of one of this listener's tests.

        Raises:
            VoteError: there is no test with that id, or it is somebody else's, or the store cannot be used.
        """
        rows = self._rows("SELECT test FROM tests WHERE test_id = ? AND listener = ?", (test_id, listener))
        if not rows:
            raise VoteError(NO_TEST)
        return Session.model_validate_json(rows[0][0])

    def has_test(self, test_id: str, listener: str) -> bool:
        """Whether a test of this listener's can go on.

        Raises:
            VoteError: the store cannot be used.
        """
        with open_database(self.path) as database:
            return _has_test(database, test_id, listener)

    def issue(self, trial: Trial, needs_test: bool = False) -> str:
        """Keep a question before it is asked; returns the id under which it is kept.

        That is another one where the same listener was asked this question of the test already: two presses
        at nearly the same time ask it once.

        Args:
            needs_test: whether its test must be in the store; it may have been deleted meanwhile.

        Raises:
            VoteError: there is a trial with that id already, or the store cannot be used.
        """
        values = (trial.trial_id, trial.test_id, trial.listener, trial.issued_at, trial.model_dump_json())
        with open_database(self.path) as database:
            there = database.execute(
                "SELECT trial_id FROM trials WHERE test_id = ? AND listener = ? AND deleted_at IS NULL "
                "AND json_extract(trial, '$.number') = ? AND trial_id != ?",
                (trial.test_id, trial.listener, trial.number, trial.trial_id),
            ).fetchone()
            if there:
                return there[0]
            if needs_test and not _has_test(database, trial.test_id, trial.listener):
                raise VoteError(NO_TEST)
            changed = database.execute(
                "INSERT OR IGNORE INTO trials (trial_id, test_id, listener, issued_at, trial) "
                "VALUES (?, ?, ?, ?, ?)",
                values,
            )
            if not changed.rowcount:
                raise VoteError(f"there is a trial {trial.trial_id!r} already: give each an id of its own")
        return trial.trial_id

    def find(self, trial_id: str, listener: str) -> Record:
        """One of this listener's trials, answered or not.

        Raises:
            VoteError: there is no trial with that id, or it is somebody else's, or the store cannot be used.
        """
        with open_database(self.path, "DEFERRED") as database:
            return self._own(database, trial_id, listener)

    def answer(self, trial_id: str, listener: str, answer: Answer) -> Record:
        """Complete a trial; once this returns the vote is kept.

        Raises:
            VoteError: there is no such trial, or it is somebody else's, or answered already, or the answer
                does not fit it, or the store cannot be used.
        """
        with open_database(self.path) as database:
            record = self._own(database, trial_id, listener)
            if record.answer is not None:
                raise VoteError(ANSWERED)
            try:
                whole = Record(trial=record.trial, answer=answer)
                check_record(whole)
            except (ValueError, InvalidValueError) as error:
                raise VoteError(f"this does not answer the trial: {_first_line(error)}") from None
            database.execute(
                "UPDATE trials SET answer = ?, answered_at = ? WHERE trial_id = ? AND answer IS NULL",
                (answer.model_dump_json(), answer.answered_at, trial_id),
            )
            return whole

    def trials(self, test_id: str, listener: str) -> list[Record]:
        """The trials of one of this listener's tests, in their order, answered or not.

        Raises:
            VoteError: the store cannot be used.
        """
        rows = self._rows(
            "SELECT trial, answer FROM trials WHERE test_id = ? AND listener = ? AND deleted_at IS NULL",
            (test_id, listener),
        )
        return sorted((_record(*row) for row in rows), key=lambda record: record.trial.number)

    def latest(self, listener: str) -> Record | None:
        """The trial that this listener was asked last, answered or not; None if there is none.

        Raises:
            VoteError: the store cannot be used.
        """
        rows = self._rows(
            "SELECT trial, answer FROM trials WHERE listener = ? AND deleted_at IS NULL"
            " ORDER BY issued_at DESC, rowid DESC LIMIT 1",
            (listener,),
        )
        return _record(*rows[0]) if rows else None

    def records(self, listener: str | None = None) -> list[Record]:
        """All answered trials, or only one listener's, in the order of their answers.

        Raises:
            VoteError: the store cannot be used.
        """
        query = "SELECT trial, answer FROM trials WHERE answer IS NOT NULL AND deleted_at IS NULL"
        order = " ORDER BY answered_at, trial_id"
        if listener is None:
            return [_record(*row) for row in self._rows(query + order)]
        return [_record(*row) for row in self._rows(f"{query} AND listener = ?{order}", (listener,))]

    def delete(self, listener: str, now: str) -> int:
        """Delete all that this listener was asked and said; returns how many answers there were.

        Raises:
            VoteError: the store cannot be used.
        """
        with open_database(self.path) as database:
            (count,) = database.execute(
                "SELECT COUNT(answer) FROM trials WHERE listener = ?", (listener,)
            ).fetchone()
            database.execute(f"UPDATE trials SET {_TOMBSTONE} WHERE listener = ?", (now, listener))
            database.execute("DELETE FROM tests WHERE listener = ?", (listener,))
        return count

    def export(self) -> list[dict[str, Any]]:
        """All answered trials and all tombstones, as plain values for lines of JSON.

        Raises:
            VoteError: the store cannot be used.
        """
        rows = self._rows(
            "SELECT trial_id, deleted_at, trial, answer FROM trials "
            "WHERE answer IS NOT NULL OR deleted_at IS NOT NULL ORDER BY trial_id"
        )
        return [_exported(*row) for row in rows]

    def merge(self, rows: Iterable[Any]) -> int:
        """Take in what another store has exported; returns how many trials were added, changed or deleted.

        Trials with the same id are the same trial: an answered one stays as it is, except that seeds which
        the export left out until the test was over are filled in. A deletion wins over everything.

        Raises:
            InvalidValueError: a row is neither a record nor a tombstone; then nothing is taken in.
            VoteError: the store cannot be used.
        """
        changed = 0
        with open_database(self.path) as database:
            for row in rows:
                if isinstance(row, dict) and "deleted" in row:
                    changed += self._bury(database, str(row["deleted"]), str(row.get("deleted_at", "")))
                else:
                    changed += self._take_in(database, make_record(row))
        return changed

    def _bury(self, database: sqlite3.Connection, trial_id: str, deleted_at: str) -> int:
        database.execute("INSERT OR IGNORE INTO trials (trial_id) VALUES (?)", (trial_id,))
        query = f"UPDATE trials SET {_TOMBSTONE} WHERE trial_id = ? AND deleted_at IS NULL"
        return database.execute(query, (deleted_at, trial_id)).rowcount

    def _take_in(self, database: sqlite3.Connection, record: Record) -> int:
        if record.answer is None:
            return 0
        trial, answer = record.trial, record.answer
        database.execute("INSERT OR IGNORE INTO trials (trial_id) VALUES (?)", (trial.trial_id,))
        return database.execute(
            "UPDATE trials SET test_id = ?, listener = ?, issued_at = ?, answered_at = ?, trial = ?, "
            "answer = ? WHERE trial_id = ? AND deleted_at IS NULL AND (answer IS NULL OR "
            "(answer = ? AND json_extract(trial, '$.design_seed') IS NULL AND ? IS NOT NULL))",
            (
                *(trial.test_id, trial.listener, trial.issued_at, answer.answered_at),
                *(trial.model_dump_json(), answer.model_dump_json(), trial.trial_id),
                *(answer.model_dump_json(), trial.design_seed),
            ),
        ).rowcount

    def _own(self, database: sqlite3.Connection, trial_id: str, listener: str) -> Record:
        row = database.execute(
            "SELECT listener, trial, answer FROM trials WHERE trial_id = ? AND deleted_at IS NULL",
            (trial_id,),
        ).fetchone()
        if row is None or row[1] is None:
            raise VoteError(
                "this trial is not known here: it was deleted, or it is another app's; start a new one"
            )
        if row[0] != listener:
            raise VoteError(f"this trial {NOT_YOURS}: start one of your own")
        return _record(*row[1:])

    def _rows(self, query: str, values: tuple[str, ...] = ()) -> list[tuple]:
        with open_database(self.path, "DEFERRED") as database:
            return database.execute(query, values).fetchall()


_TOMBSTONE = (
    "deleted_at = ?, test_id = NULL, listener = NULL, issued_at = NULL, answered_at = NULL, trial = NULL, "
    "answer = NULL"
)


def _record(trial: str, answer: str | None) -> Record:
    return make_record({"trial": json.loads(trial), "answer": json.loads(answer) if answer else None})


def _exported(trial_id: str, deleted_at: str | None, trial: str | None, answer: str | None) -> dict[str, Any]:
    if deleted_at is not None:
        return {"deleted": trial_id, "deleted_at": deleted_at}
    return {"trial": json.loads(trial or "null"), "answer": json.loads(answer or "null")}


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "errors", lambda: [{"msg": error}])()[0]["msg"])
    return said.removeprefix("Value error, ").removeprefix("the record: ")


def _has_test(database: sqlite3.Connection, test_id: str, listener: str) -> bool:
    place = (test_id, listener)
    row = database.execute("SELECT 1 FROM tests WHERE test_id = ? AND listener = ?", place).fetchone()
    return row is not None
