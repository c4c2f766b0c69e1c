"""The head whose distribution is a list of notes (engine/heads/note_sequence.py has the formulas)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import InvalidValueError
from engine.heads.head import Head
from engine.heads.note_sequence import ListWeights, NoteList
from engine.registry import require_positive


class NoteListHead(Head):
    """A layer of ``num_units`` that reads h, the input of the step and the pitches so far.

    Args:
        input_size: numbers in the input x of a step; its last frame comes last.
        reach: semitones by which a note of the last frame may be seen to move; 0 leaves out the terms that
            are the same all over the keyboard.
    """

    events = "notes"

    def __init__(self, hidden_size: int, frame_size: int, input_size: int, num_units: int, reach: int = 0):
        super().__init__(hidden_size, frame_size)
        require_positive(input_size=input_size, num_units=num_units)
        if not isinstance(reach, int) or not 0 <= reach < frame_size:
            raise InvalidValueError(f"reach={reach!r} must be from 0 to {frame_size - 1} semitones")
        self.input_size = input_size
        self.reach = reach
        self.hidden_weight = nn.Parameter(torch.zeros(num_units, hidden_size))
        self.input_weight = nn.Parameter(torch.zeros(num_units, input_size))
        self.unit_bias = nn.Parameter(torch.zeros(num_units))
        self.above = nn.Parameter(torch.zeros(frame_size, num_units))
        self.last = nn.Parameter(torch.zeros(frame_size + 1, num_units))
        self.to_logits = nn.Parameter(torch.zeros(frame_size + 1, num_units))
        self.bias = nn.Parameter(torch.zeros(frame_size + 1))
        self.intervals = self.motion_weight = self.motion_bias = None
        if reach:
            self.intervals = nn.Parameter(torch.zeros(frame_size, num_units))
            self.motion_weight = nn.Parameter(torch.zeros(2 * reach + 1, hidden_size))
            self.motion_bias = nn.Parameter(torch.zeros(2 * reach + 1))

    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> NoteList:
        """The distribution of the next frame."""
        base = functional.linear(h, self.hidden_weight, self.unit_bias)
        base = base + functional.linear(x, self.input_weight)
        weights = ListWeights(self.above, self.last, self.to_logits, self.bias, self.intervals)
        return NoteList(base, weights, self._motion(h, x) if self.reach else None)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot weights, zero biases."""
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.xavier_uniform_(weight, generator=rng)
            else:
                nn.init.zeros_(weight)

    def _motion(
        self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]
    ) -> Float[Tensor, "*axes rank"]:
        """The terms s by rank: each note of the last frame, times the weight of the way from it to here."""
        shares = functional.linear(h, self.motion_weight, self.motion_bias)
        last_frame = x[..., -self.frame_size :].flip(-1)
        around = functional.pad(last_frame, (self.reach, self.reach)).unfold(-1, 2 * self.reach + 1, 1)
        motion = (around @ shares.unsqueeze(-1)).squeeze(-1)
        return functional.pad(motion, (0, 1))
