"""Exclusion: which answers are not counted, each for a reason that is shown."""

from collections import Counter
from collections.abc import Iterable

from engine.listening.trial import Record

MIN_HEARD_SECONDS = 3.0  # of every clip, or the whole of a shorter one
SLACK_SECONDS = 0.5  # by which a browser's count may be off; no less than whoever took the answer allowed

UNANSWERED = "not answered"
TWICE = "the same trial again"
NOT_HEARD = "a clip was heard for less than three seconds"
HEARD_TOO_LONG = "a clip was heard for longer than it lasts"
CATCH = "catch trial: a clip against itself"
BOTH_BAD = "both were called bad"
ONE_SOURCE = "two clips of the same model"


def reason_against(record: Record) -> str | None:
    """Why an answer is not counted, whatever was asked; None if it is."""
    if record.answer is None:
        return UNANSWERED
    heard, length = record.answer.heard_seconds, record.trial.seconds
    if min(heard) < min(MIN_HEARD_SECONDS, length) - SLACK_SECONDS:
        return NOT_HEARD
    if max(heard) > length + SLACK_SECONDS:
        return HEARD_TOO_LONG
    return None


def counted(records: Iterable[Record]) -> tuple[list[Record], Counter[str]]:
    """The records that count, and how many do not, by reason; of a trial that comes twice, the first does."""
    kept: list[Record] = []
    excluded: Counter[str] = Counter()
    seen: set[str] = set()
    for record in records:
        reason = TWICE if record.trial.trial_id in seen else reason_against(record)
        seen.add(record.trial.trial_id)
        if reason is None:
            kept.append(record)
        else:
            excluded[reason] += 1
    return kept, excluded
