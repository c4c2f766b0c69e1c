"""Reminded: a model with a memory of the training pieces' melodies.

Conventions
    layers  in the state: those of the held model, then the memory's (closeness,)
"""

import torch
from jaxtyping import Float
from torch import Tensor

from engine.heads import Distribution, NoteListMixture, RemindedNotes
from engine.models.melody_memory import MelodyMemory, melody
from engine.models.model import Context, Drop, Frames, Layers, ModelState
from engine.models.remembering import Remembering


class Reminded(Remembering):
    """A model with a memory's votes for the highest pitch."""

    memory_option = "melody_memory"
    memory: MelodyMemory

    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""
        state = self.model.initial_state(batch_size)
        return ModelState(state.context, (*state.layers, (self.memory.nothing(batch_size),)))

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""
        *layers, (closeness,) = state.layers
        notes, left = self.model.step(frame, ModelState(state.context, tuple(layers)))
        closeness = self.memory.advance(closeness, melody(frame))
        votes = self.memory.votes(closeness)
        return _reminded(notes, votes), ModelState(left.context, (*left.layers, (closeness,)))

    def forward(
        self, frames: Frames, layers: Layers | None = None, before: Context | None = None, drop: Drop = None
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing, see ``Model.forward``."""
        *own, (closeness,) = layers or self.initial_state(len(frames)).layers
        notes, left = self.model(frames, own, before, drop)
        last = torch.zeros_like(frames[:, 0]) if before is None else before[:, -1]
        votes, closeness = self.memory.read(frames, closeness, last)
        return _reminded(notes, votes), ModelState(left.context, (*left.layers, (closeness,)))


def _reminded(notes: Distribution, votes: Tensor) -> RemindedNotes:
    mixture = notes if isinstance(notes, NoteListMixture) else NoteListMixture(notes, range(1))
    return RemindedNotes(mixture, votes)
