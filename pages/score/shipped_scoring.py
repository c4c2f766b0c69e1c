"""ShippedScoring: a shipped piece, scored by all models once for all visitors."""

import copy
import threading
import time
from collections.abc import Callable

from pages.house import Running
from pages.score.scoring import Scoring


class ShippedScoring:
    """A scoring that makes progress while any visitor's page is open; visitors share its judgements.

    Args:
        open_it: gives the scoring, when the first visitor comes.
    """

    def __init__(self, open_it: Callable[[], Scoring]):
        self._open, self._scoring = open_it, None
        self._lock = threading.Lock()

    def of_visitor(self, quarters_per_minute: float) -> Scoring:
        """The scoring for one visitor, who chooses, stops and sets the tempo alone; raises EngineError."""
        with self._lock:
            self._scoring = self._scoring or self._open()
            mine = copy.copy(self._scoring)
        mine.running, mine.chosen, mine.is_chosen_by_visitor = Running(), None, False
        mine.play_at(quarters_per_minute)
        mine.forget_looks()
        return mine

    def go_on(self, seconds: float) -> None:
        """Work for ``seconds``, or wait as long while another visitor's page does the work."""
        if self._lock.acquire(blocking=False):
            try:
                self._scoring.go_on(seconds)
            finally:
                self._lock.release()
        else:
            time.sleep(seconds)
