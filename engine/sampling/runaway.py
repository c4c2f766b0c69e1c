"""RunawayWatch: whether a draw of notes has swollen into noise.

A network that has drawn an odd frame reads it next, and may draw an even odder one; from some point on it
does not recover.
"""

from jaxtyping import Float
from torch import Tensor

RUNAWAY_FRAMES = 8  # this many frames in a row must be too full
RUNAWAY_FACTOR = 1.5  # too full: more than this times the notes of the fullest training frame


class RunawayWatch:
    """Watches a draw frame by frame: it has run away once 8 frames in a row have more than 1.5 times as many
    notes as the fullest training frame.

    Args:
        most_notes: number of notes in the fullest training frame; None if unknown: then nothing runs away.
    """

    def __init__(self, most_notes: int | None):
        self.most_notes = most_notes
        self.has_run_away = False
        self._in_a_row = 0

    def see(self, frame: Float[Tensor, " pitch"]) -> None:
        """Take in the next frame of the draw."""
        if self.most_notes is None:
            return
        is_full = float(frame.sum()) > RUNAWAY_FACTOR * self.most_notes
        self._in_a_row = self._in_a_row + 1 if is_full else 0
        self.has_run_away |= self._in_a_row >= RUNAWAY_FRAMES
