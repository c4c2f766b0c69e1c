"""Doubt: whether an answer looks like a machine's; such an answer is kept, and counts nowhere.

A program that behaves like a person with a browser is not found out; docs/listening.md says so.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.listening import Answer, Record, Trial
from pages.listen.clip_ledger import COUNT_SECONDS

PROGRAM, AT_ONCE = "program", "at_once"  # sent by a program; more heard than can be heard at once
MAX_HEARD = 200  # answers of an address that are remembered
MAX_ADDRESSES = 10_000


class Ears:
    """How much is heard at the same time behind each address; kept in memory only.

    Args:
        listeners: how many may listen at the same time behind an address.
    """

    def __init__(self, listeners: int):
        self.listeners = listeners
        self._heard: OrderedDict[str, deque[tuple[float, float]]] = OrderedDict()  # (begun, seconds)
        self._lock = threading.Lock()

    def is_too_much(self, address: str, seconds: float) -> bool:
        """Whether more was heard there, these seconds included, than ``listeners`` listeners can hear."""
        now = time.monotonic()
        with self._lock:
            heard = self._heard.setdefault(address, deque(maxlen=MAX_HEARD))
            heard.append((now - seconds, seconds))
            self._heard.move_to_end(address)
            while len(self._heard) > MAX_ADDRESSES:
                self._heard.popitem(last=False)
            total = 0.0
            for begun, length in sorted(heard, reverse=True):
                total += length
                if total > self.listeners * (now - begun) + COUNT_SECONDS:
                    return True
        return False


def is_program(headers: Mapping[str, str]) -> bool:
    """Whether a request's headers are not those of a browser."""
    return not (headers.get("user-agent", "").startswith("Mozilla/") and headers.get("accept-language"))


def doubt_of(trial: Trial, answer: Answer, earlier: Sequence[Record], by_program: bool) -> str:
    """Why an answer is taken for a machine's: ``PROGRAM`` or ``AT_ONCE``; empty if it is not.

    Args:
        earlier: all that this listener has answered.
        by_program: whether a program sent the request, by its headers.
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
    """From one time to another, both in ISO 8601."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
