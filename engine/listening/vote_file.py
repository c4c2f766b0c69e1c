"""VoteFile: records out of a file of votes, as the app and bundles export them.

{"trial": {…}, "answer": {…}}                  a line of JSON each
{"deleted": trial_id, "deleted_at": time}      a vote that its listener took back; it counts nowhere
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InvalidValueError, UnreadableFileError
from engine.listening.trial import Record, make_record

REMEDY = "give the JSONL file that the Compare page or a listening-test bundle lets its listener download"


@dataclass(frozen=True)
class VoteFile:
    """What was read.

    Args:
        problems: a sentence for each line that is no record, with its number, from 1.
    """

    records: tuple[Record, ...]
    problems: tuple[str, ...]


def read_votes(path: Path) -> VoteFile:
    """All lines that are records and were not deleted, by whichever line; empty lines are passed over.

    Raises:
        UnreadableFileError: the file cannot be read, or there is no vote in it.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error.strerror}): {REMEDY}") from None
    found: list[Record] = []
    deleted: set[str] = set()
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                values = _values(line)
                if isinstance(values, dict) and "deleted" in values:
                    deleted.add(str(values["deleted"]))
                else:
                    found.append(make_record(values))
            except InvalidValueError as error:
                problems.append(f"line {number} is left out: {error}")
    records = tuple(record for record in found if record.trial.trial_id not in deleted)
    if not records:
        raise UnreadableFileError(_nothing(path, problems, deleted))
    return VoteFile(records, tuple(problems))


def _values(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidValueError("it is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError):
        raise InvalidValueError("it is not JSON; it may be cut off") from None


def _nothing(path: Path, problems: list[str], deleted: set[str]) -> str:
    """Why there is no vote."""
    if problems:
        return f"no line of {path} is a vote ({problems[0]}): {REMEDY}"
    if deleted:
        return f"all votes of {path} were deleted by their listeners: {REMEDY}"
    return f"{path} is empty, there is no vote in it: {REMEDY}"
