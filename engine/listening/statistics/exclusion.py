"""Exclusion: which answers are not counted, each for a reason that is shown."""

from collections import Counter
from collections.abc import Iterable

from engine.listening.hearing import Hearing
from engine.listening.trial import Record, Vote

UNANSWERED = "not answered"
TWICE = "the same trial again"
NOT_HEARD = "a clip was heard for less than three seconds after the beginning that all share"
OLD_NOT_HEARD = "an older answer: of a clip perhaps only the beginning that all share was heard"
HEARD_TOO_LONG = "a clip was heard for longer than it lasts"
CATCH = "catch trial: a clip against itself"
BOTH_BAD = "both were called bad"
ONE_SOURCE = "two clips of the same model"
DOUBT_REASONS = {
    "program": "it came from a program, not from a browser",
    "at_once": "more was heard at once than one listener can hear",
}


def reason_against(record: Record) -> str | None:
    """Why an answer is not counted, for reasons that hold for every task; None if it is counted."""
    if record.answer is None:
        return UNANSWERED
    if record.answer.doubt:
        return DOUBT_REASONS[record.answer.doubt]
    heard, hearing = record.answer.heard_seconds, Hearing.of(record.trial)
    if not hearing.is_enough(heard):
        return OLD_NOT_HEARD if record.trial.shared_seconds is None else NOT_HEARD
    return None if hearing.is_possible(heard) else HEARD_TOO_LONG


def votes_that_count(records: Iterable[Record]) -> tuple[list[Vote], Counter[str]]:
    """The votes that count, and how many records do not, by reason; only a trial's first record can count."""
    kept: list[Vote] = []
    excluded: Counter[str] = Counter()
    seen: set[str] = set()
    for record in records:
        reason = TWICE if record.trial.trial_id in seen else reason_against(record)
        seen.add(record.trial.trial_id)
        if reason is None and record.vote is not None:
            kept.append(record.vote)
        else:
            excluded[reason] += 1
    return kept, excluded
