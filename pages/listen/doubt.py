"""Doubt: whether an answer looks like a machine's; it is kept then, and counts nowhere.

A program that behaves as a person with a browser does is not found out: docs/listening.md says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.listening import Answer, Record, Trial
from pages.listen.clip_ledger import COUNT_SECONDS

PROGRAM, AT_ONCE = "program", "at_once"


def is_program(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from something that does not say that it is a browser."""
    return not (headers.get("user-agent", "").startswith("Mozilla/") and headers.get("accept-language"))


def doubt_of(trial: Trial, answer: Answer, earlier: Sequence[Record], by_program: bool) -> str:
    """Why an answer is taken for a machine's, as Answer has it; empty if it is not.

    Args:
        earlier: all that this listener has answered.
        by_program: whether the request did not come from a browser.
    """
    if by_program:
        return PROGRAM
    heard = [(record.trial.issued_at, sum(record.answer.heard_seconds)) for record in earlier]
    heard.append((trial.issued_at, sum(answer.heard_seconds)))
    for begun, _ in heard:
        since = [seconds for issued, seconds in heard if issued >= begun]
        if sum(since) > seconds_between(begun, answer.answered_at) + COUNT_SECONDS * len(since):
            return AT_ONCE
    return ""


def seconds_between(earlier: str, later: str) -> float:
    """Of two times in ISO 8601."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
