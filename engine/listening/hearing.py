"""Hearing: whether the clips of a trial were heard long enough; one rule for pages, server and statistics.

Where a trial has an excerpt all its clips begin with it, so only what is heard after it counts. A browser
counts what has sounded in slices, and may miss the end of a short clip; so it lets a listener answer when it
has counted a little less than is asked for, and the check here allows for rounding too.

Older trials do not say how long their beginning is, and hearing was counted from the start of the clip. Of
such a count, only what exceeds the longest beginning that there was is sure to have been heard after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.listening.trial import Trial

MIN_HEARD_SECONDS = 3.0  # of every clip after its beginning, or all of it where it is shorter
SLACK_SECONDS = 0.3  # by which a browser's count may fall short, but never by more than half
ROUNDING_SECONDS = 0.1
LONGER_SECONDS = 0.5  # by which a count may exceed what there was to hear
OLD_SHARED_SHARE = 1 / 3  # the beginning was at most this share of an older trial's clip


@dataclass(frozen=True)
class Hearing:
    """What can be heard of every clip of a trial, and what must be.

    Attributes:
        counts_from: seconds of the clip before which nothing counts as heard.
        countable: seconds from there to the end of the clip.
        needed: seconds that a listener is asked to hear.
        enough: seconds that a browser must have counted before it lets the listener answer.
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
        before = shared - counts_from  # which an older trial's count may include
        return cls(counts_from, trial.seconds - counts_from, before + needed, before + enough)

    @property
    def is_to_the_end(self) -> bool:
        """Whether a listener must hear everything that counts."""
        return self.needed >= self.countable - ROUNDING_SECONDS

    def is_enough(self, heard: Sequence[float]) -> bool:
        """Whether each clip was heard long enough for the answer to count; seconds of each clip."""
        return min(heard) >= self.enough - min(ROUNDING_SECONDS, self.enough / 2)

    def is_possible(self, heard: Sequence[float]) -> bool:
        """Whether no clip was heard for longer than it lasts."""
        return max(heard) <= self.countable + LONGER_SECONDS
