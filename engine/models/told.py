"""Told: what a network reads besides frames: the number of the frame to come, and the piece's transposition.

    clock   the number of the frame to come, from 0, modulo each of some lengths: 1 at the remainder, else 0
    key     1 at the semitones by which the piece was transposed, from -reach to reach, else 0

Neither is outside information: frames are counted, and the code that transposes a piece knows by how much.
Johnson's networks also read the beat from a clock (2017, "Generating Polyphonic Music Using Tied Parallel
Networks", and the code that he published for an earlier network).

Conventions
    state   (number of the frame to come, semitones), whole numbers of shape (batch,)
"""

from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from engine.cells import State
from engine.errors import InvalidValueError

MAX_CLOCK = 256  # frames
MAX_TOLD_KEYS = 11  # semitones


class Told:
    """Inputs of a network besides its frames; none unless there is a clock or a key.

    Args:
        clock: lengths in frames, for example that of a bar.
        told_keys: the key's reach in semitones up and down; 0 leaves the key out.

    Raises:
        InvalidValueError: a number is out of range.
    """

    def __init__(self, clock: Any = (), told_keys: Any = 0):
        is_list = isinstance(clock, list | tuple)
        if not is_list or not all(type(length) is int and 2 <= length <= MAX_CLOCK for length in clock):
            raise InvalidValueError(f"clock={clock!r} must be a list of lengths from 2 to {MAX_CLOCK} frames")
        if type(told_keys) is not int or not 0 <= told_keys <= MAX_TOLD_KEYS:
            raise InvalidValueError(f"told_keys={told_keys!r} must be from 0 to {MAX_TOLD_KEYS} semitones")
        self.clock = tuple(clock)
        self.told_keys = told_keys
        self.num_inputs = sum(clock) + (2 * told_keys + 1) * bool(told_keys)

    def initial_state(self, batch_size: int, moved: Int64[Tensor, " batch"] | None, like: Tensor) -> State:
        """The state before the first frame.

        Args:
            moved: semitones by which each piece was transposed; None for not at all.
            like: a tensor on the device on which the state should be.
        """
        nothing = torch.zeros(batch_size, dtype=torch.long, device=like.device)
        return nothing, nothing if moved is None else moved.to(like.device)

    def read(
        self, state: State, count: int, like: Tensor
    ) -> tuple[Float[Tensor, "batch time inputs"], State]:
        """The inputs of the next ``count`` frames, with the type of ``like``, and the state after them."""
        number, moved = state
        numbers = number[:, None] + torch.arange(count, device=number.device)
        parts = [
            (numbers % length)[..., None] == torch.arange(length, device=number.device)
            for length in self.clock
        ]
        if self.told_keys:
            keys = torch.arange(-self.told_keys, self.told_keys + 1, device=number.device)
            parts.append((moved[:, None, None] == keys).expand(-1, count, -1))
        return torch.cat(parts, -1).to(like.dtype), (number + count, moved)
