"""VoteFile: records out of a file of votes, one line of JSON a trial, as the app and bundles export them."""

import json
from dataclasses import dataclass
from pathlib import Path

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
    """All lines that are records; empty lines are passed over.

    Raises:
        UnreadableFileError: the file cannot be read, is empty, or has no line that is a record.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error.strerror}): {REMEDY}") from None
    records: list[Record] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                records.append(_record(line))
            except InvalidValueError as error:
                problems.append(f"line {number} is left out: {error}")
    if not records and not problems:
        raise UnreadableFileError(f"{path} is empty, there is no vote in it: {REMEDY}")
    if not records:
        raise UnreadableFileError(f"no line of {path} is a vote ({problems[0]}): {REMEDY}")
    return VoteFile(tuple(records), tuple(problems))


def _record(line: bytes) -> Record:
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidValueError("it is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError):
        raise InvalidValueError("it is not JSON; it may be cut off") from None
    return make_record(values)
