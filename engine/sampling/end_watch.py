"""EndWatch: whether the piece that is being drawn is over.

Frame t is the last one if a uniform number of (seed, t), one that no head uses, is below the chance that the
piece is over after it. So a draw is cut short, but none of its frames changes.
"""

import numpy as np
from jaxtyping import Float
from torch import Tensor

from engine.endings import Ending, Signs
from engine.sampling.uniforms import frame_uniforms


class EndWatch:
    """Watches a draw frame by frame; ``has_ended`` is true from the last frame of the piece on.

    Args:
        ending: how the corpus's pieces end.
        lowest_pitch: MIDI number of the first pitch of a frame.
        seed: the draw's.
        prime: what the draw continues; it counts as heard, but no end is looked for in it.
    """

    def __init__(
        self, ending: Ending, lowest_pitch: int, seed: int, prime: Float[Tensor, "time pitch"] | None = None
    ):
        self.has_ended = False
        self._ending, self._seed = ending, seed
        self._signs = Signs(lowest_pitch)
        for frame in () if prime is None else prime.numpy() > 0.5:
            self._signs.hear(frame)

    def see(self, frame: Float[Tensor, " pitch"]) -> None:
        """Take in the next frame of the draw."""
        number = self._signs.num_frames
        chance = self._ending.chance(self._signs.hear(np.asarray(frame) > 0.5))
        free = len(frame) + 1  # heads ask for at most one number more than a frame has
        self.has_ended |= float(frame_uniforms(self._seed, number, 1, free + 1)[0, free]) < chance
