"""VoteFile: records from a file of votes that was downloaded from the app or from a bundle's page.

{"trial": {…}, "answer": {…}}                  a vote; every line of the file is JSON
{"deleted": trial_id, "deleted_at": time}      a vote that its listener took back; it counts nowhere
{"bundle": id, "trial": id, "choice": …}       an answer to a bundle, which its key turns into a record
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InvalidValueError, UnreadableFileError
from engine.listening.bundle.bundle_key import BundleKey
from engine.listening.record import make_record
from engine.listening.trial import Answer, Record

VOTE_FILE_REMEDY = (
    "give the JSONL file that the Compare page or a listening-test bundle lets its listener download"
)
UTF8_MARK = b"\xef\xbb\xbf"
FOREIGN_MARKS = {
    b"\xff\xfe": "UTF-16 text, not UTF-8",
    b"\xfe\xff": "UTF-16 text, not UTF-8",
    b"\x1f\x8b": "compressed (gzip)",
    b"PK\x03\x04": "compressed (zip)",
}


@dataclass(frozen=True)
class VoteFile:
    """The votes of one file or several.

    Args:
        records: the votes that no listener took back.
        problems: a sentence for each line that cannot be read as a vote, with its number, from 1.
        deleted: ids of the trials that their listeners took back.
    """

    records: tuple[Record, ...]
    problems: tuple[str, ...]
    deleted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """A line of a file of votes, as bytes."""

    content: bytes

    def values(self) -> Any:
        """The line's JSON.

        Raises:
            InvalidValueError: it is not JSON, or not UTF-8 text.
        """
        try:
            return json.loads(self.content.decode("utf-8"))
        except UnicodeDecodeError:
            raise InvalidValueError("it is not UTF-8 text") from None
        except (json.JSONDecodeError, RecursionError):
            raise InvalidValueError("it is not JSON; it may be cut off") from None


def read_vote_files(paths: Sequence[Path], keys: Sequence[BundleKey] = ()) -> VoteFile:
    """The votes of several files together; an answer that a later file repeats is taken once, and what any of
    them says was deleted is not taken.

    Listeners download their answers as often as they like, so files overlap. A file without a vote is named
    among the problems, as long as another file has votes.

    Raises:
        UnreadableFileError: no file can be read, or there is no vote in any.
    """
    records: dict[tuple[str, Answer | None], Record] = {}
    taken_back: set[str] = set()
    problems: list[str] = []
    errors: list[UnreadableFileError] = []
    for path in paths:
        try:
            file = _read(path, keys)
        except UnreadableFileError as error:
            errors.append(error)
            continue
        taken_back |= file.deleted
        for record in file.records:
            records.setdefault((record.trial.trial_id, record.answer), record)
        if not file.records:
            errors.append(UnreadableFileError(_nothing(path, file.problems, file.deleted)))
            continue
        problems += [f"{path.name}, {problem}" if len(paths) > 1 else problem for problem in file.problems]
    kept = tuple(record for (trial_id, _), record in records.items() if trial_id not in taken_back)
    if not kept:
        gone = UnreadableFileError(f"all these votes were deleted by their listeners: {VOTE_FILE_REMEDY}")
        raise errors[0] if errors else gone
    return VoteFile(kept, (*problems, *map(str, errors)))


def read_votes(path: Path, keys: Sequence[BundleKey] = ()) -> VoteFile:
    """All lines that are records and that no other line deletes; empty lines are skipped.

    Args:
        keys: of the bundles whose results the file may hold.

    Raises:
        UnreadableFileError: the file cannot be read, or there is no vote in it.
    """
    file = _read(path, keys)
    if not file.records:
        raise UnreadableFileError(_nothing(path, file.problems, file.deleted))
    return file


def _read(path: Path, keys: Sequence[BundleKey]) -> VoteFile:
    answered: list[Record] = []
    deleted: set[str] = set()
    problems: list[str] = []
    for number, line in read_lines(path):
        try:
            values = line.values()
            if isinstance(values, dict) and "deleted" in values:
                deleted.add(str(values["deleted"]))
            else:
                answered.append(_record(values, keys))
        except InvalidValueError as error:
            problems.append(f"line {number} is left out: {error}")
    records = tuple(record for record in answered if record.trial.trial_id not in deleted)
    return VoteFile(records, tuple(problems), frozenset(deleted))


def read_lines(path: Path) -> list[tuple[int, Line]]:
    """The lines that are not empty, each with its number, from 1.

    Raises:
        UnreadableFileError: the file cannot be read, or is UTF-16 text or compressed.
    """
    try:
        content = path.read_bytes().removeprefix(UTF8_MARK)
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error.strerror}): {VOTE_FILE_REMEDY}") from None
    for mark, what in FOREIGN_MARKS.items():
        if content.startswith(mark):
            raise UnreadableFileError(f"{path} is {what}: {VOTE_FILE_REMEDY}, as it is")
    lines = enumerate(content.split(b"\n"), start=1)  # splitlines would cut within words: U+2028, U+0085
    return [(number, Line(line)) for number, line in lines if line.strip()]


def _record(values: Any, keys: Sequence[BundleKey]) -> Record:
    if not isinstance(values, dict) or "bundle" not in values:
        return make_record(values)
    for key in keys:
        if key.bundle == values["bundle"]:
            return key.record(values)
    mismatch = "none of the keys given is its own" if keys else "its key was not given"
    raise InvalidValueError(
        f"it answers bundle {values['bundle']!r}, and {mismatch}: add --key and the .key.json file beside it"
    )


def _nothing(path: Path, problems: Sequence[str], deleted: frozenset[str]) -> str:
    """Why there is no vote in a file, and what to do."""
    if problems:
        return f"no line of {path} is a vote ({problems[0]}): {VOTE_FILE_REMEDY}"
    if deleted:
        return f"all votes of {path} were deleted by their listeners: {VOTE_FILE_REMEDY}"
    return f"{path} is empty, there is no vote in it: {VOTE_FILE_REMEDY}"
