"""Transposed: a network that reads every frame in several keys and predicts the mean over them.

Conventions
    keys     semitones; each key has separate rows of the batch, all sequences of a key side by side
"""

import torch
from jaxtyping import Float
from torch import Tensor

from engine.errors import InvalidValueError
from engine.heads import Distribution, NoteListMixture, moved
from engine.models.model import Context, Drop, Frames, Layers, Model, ModelState
from engine.models.stack import Stack

MAX_TRANSPOSITIONS = 11  # semitones
TRANSPOSED_AT_ONCE = 16_384  # frames that are read together, counting all keys


class Transposed(Model):
    """A network in every key within ``transpositions`` semitones up and down: see NoteListMixture.

    Raises:
        InvalidValueError: transpositions are out of range, or the network's head does not choose the highest
            pitch first.
    """

    def __init__(self, model: Stack, transpositions: int):
        super().__init__()
        if not isinstance(transpositions, int) or not 1 <= transpositions <= MAX_TRANSPOSITIONS:
            raise InvalidValueError(
                f"transpositions={transpositions!r} must be from 0 to {MAX_TRANSPOSITIONS} semitones"
            )
        if not model.head.chooses_highest_first:
            raise InvalidValueError(
                "transpositions need the head 'note_list': leave them out, or take that head"
            )
        self.model = model
        self.keys = range(-transpositions, transpositions + 1)
        self.num_keys = len(self.keys)
        self.frame_size = model.frame_size
        self.context_frames = model.context_frames

    @property
    def network(self) -> Stack:
        """The network that it holds."""
        return self.model

    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""
        moved_by = torch.tensor(self.keys).repeat_interleave(batch_size)
        return self.model.initial_state(self.num_keys * batch_size, moved_by)

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) in all keys and predict the one after it."""
        notes, state = self.model.step(moved(frame, self.keys).flatten(0, 1), state)
        return NoteListMixture(notes, self.keys), state

    def forward(
        self, frames: Frames, layers: Layers | None = None, before: Context | None = None, drop: Drop = None
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing, see ``Model.forward``; rows are read in groups, as all keys need much memory."""
        if before is None:
            before = frames.new_zeros(frames.shape[0], self.context_frames, frames.shape[2])
        layers = layers or self.initial_state(len(frames)).layers
        heard, before = (moved(part, self.keys).flatten(0, 1) for part in (frames, before))
        size = max(1, TRANSPOSED_AT_ONCE // max(1, frames.shape[1]))  # rows at once
        parts = []
        for start, rows in zip(range(0, len(heard), size), heard.split(size), strict=True):
            own = [tuple(part[start : start + size] for part in layer) for layer in layers]
            parts.append(self.model.read(rows, own, before[start : start + size], drop))
        outputs, inputs = (torch.cat([part[place] for part in parts]) for place in (0, 1))
        context = torch.cat([state.context for _, _, state in parts])
        by_layer = zip(*(state.layers for _, _, state in parts), strict=True)
        left = tuple(tuple(map(torch.cat, zip(*layer, strict=True))) for layer in by_layer)
        notes = self.model.head(outputs, inputs)
        return NoteListMixture(notes, self.keys), ModelState(context, left)
