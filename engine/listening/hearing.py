"""Hearing: whether the clips of a trial were heard long enough: one rule for pages, server and statistics.

All clips of a trial begin with the same excerpt, so only what is heard after it counts: before, there is
nothing to compare. A browser counts in slices what has sounded, and may miss the end of a short clip; so it
lets a listener answer when a little less was counted than is asked for, and the judgement allows for rounding
too.

Older trials do not say how long their beginning is, and were counted from the start of the clip. In such an
answer only what exceeds the longest beginning that there was is known to have been heard after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.listening.trial import Trial

MIN_HEARD_SECONDS = 3.0  # of every clip after its beginning, or the whole of what is shorter
SLACK_SECONDS = 0.3  # by which a browser's count may fall short; half of what is very short
ROUNDING_SECONDS = 0.1
LONGER_SECONDS = 0.5  # by which a count may exceed what there was to hear
OLD_SHARED_SHARE = 1 / 3  # of an older trial's clip that was its beginning, at most


@dataclass(frozen=True)
class Hearing:
    """What can be heard of every clip of a trial, and what must be.

    Attributes:
        counts_from: seconds of the clip before which nothing counts as heard.
        countable: seconds that may be counted.
        needed: what a listener is asked to hear.
        enough: what a browser must have counted before it lets the listener answer.
    """

    counts_from: float
    countable: float
    needed: float
    enough: float

    @classmethod
    def of(cls, trial: Trial) -> "Hearing":
        """What can and must be heard of the clips of ``trial``."""
        is_old = trial.shared_seconds is None
        shared = trial.seconds * OLD_SHARED_SHARE * bool(trial.prime) if is_old else trial.shared_seconds
        counts_from = 0.0 if is_old else shared
        needed = min(MIN_HEARD_SECONDS, trial.seconds - shared)
        enough = max(needed - SLACK_SECONDS, needed / 2)
        before = shared - counts_from  # in an older trial it may have been counted, and tells nothing
        return cls(counts_from, trial.seconds - counts_from, before + needed, before + enough)

    @property
    def is_to_the_end(self) -> bool:
        """Whether all that can be counted is asked for."""
        return self.needed >= self.countable - ROUNDING_SECONDS

    def is_enough(self, heard: Sequence[float]) -> bool:
        """Whether each clip was heard long enough for the answer to count."""
        return min(heard) >= self.enough - min(ROUNDING_SECONDS, self.enough / 2)

    def is_possible(self, heard: Sequence[float]) -> bool:
        """Whether no clip was heard for longer than it lasts."""
        return max(heard) <= self.countable + LONGER_SECONDS
