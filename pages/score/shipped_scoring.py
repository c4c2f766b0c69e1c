"""ShippedScoring: a shipped piece, scored by all models once for all visitors."""

import copy
import threading
import time
from collections.abc import Callable

from pages.house import Running
from pages.score.scoring import Scoring


class ShippedScoring:
    """Holds one Scoring, which makes progress while any visitor follows it; copies share its judgements.

    Args:
        open_shared: opens the Scoring, when the first visitor comes.
    """

    def __init__(self, open_shared: Callable[[], Scoring]):
        self._open, self._scoring = open_shared, None
        self._lock = threading.Lock()

    def of_visitor(self, quarters_per_minute: float) -> Scoring:
        """A visitor's copy, with a chosen model, a Stop and a tempo of its own; raises EngineError."""
        with self._lock:
            self._scoring = self._scoring or self._open()
            mine = copy.copy(self._scoring)
        mine.running, mine.chosen, mine.is_chosen_by_visitor = Running(), None, False
        mine.play_at(quarters_per_minute)
        mine.forget_looks()
        return mine

    def go_on(self, seconds: float) -> None:
        """Work for ``seconds``, or wait as long if another visitor has the scoring."""
        if self._lock.acquire(blocking=False):
            try:
                self._scoring.go_on(seconds)
            finally:
                self._lock.release()
        else:
            time.sleep(seconds)
