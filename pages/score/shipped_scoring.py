"""ShippedScoring: a shipped piece, scored once by all models, for everybody who comes."""

import copy
import threading
import time
from collections.abc import Callable

from pages.house import Running
from pages.score.scoring import Scoring


class ShippedScoring:
    """A scoring that goes on while somebody looks; visitors share its judgements.

    Args:
        open_it: gives the scoring, when the first visitor comes.
    """

    def __init__(self, open_it: Callable[[], Scoring]):
        self._open, self._scoring = open_it, None
        self._lock = threading.Lock()

    def of_visitor(self, quarters_per_minute: float) -> Scoring:
        """The scoring, with a choice, an end and a tempo of one visitor's; raises EngineError if it fails."""
        with self._lock:
            self._scoring = self._scoring or self._open()
            mine = copy.copy(self._scoring)
        mine.running, mine.chosen, mine.is_chosen_by_visitor = Running(), None, False
        mine.play_at(quarters_per_minute)
        mine.forget_looks()
        return mine

    def go_on(self, seconds: float) -> None:
        """Work for so long, or wait while another visitor's page does."""
        if self._lock.acquire(blocking=False):
            try:
                self._scoring.go_on(seconds)
            finally:
                self._lock.release()
        else:
            time.sleep(seconds)
