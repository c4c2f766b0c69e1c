"""Ensemble: sequence models of one architecture, fitted from different seeds, and heard as one.

    p(frame | past) = 1 / M sum_m p_m(frame | past)

A mixture of exact distributions is exact. Each member reads every frame; a draw is of the mixture, so the
members go on from the same past.

Conventions
    layers  of the state: those of the first member, then those of the second, …
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.cells import State
from engine.errors import InvalidValueError
from engine.heads import Distribution, Head
from engine.heads.note_list import NoteListHead
from engine.heads.note_list_mixture import NoteListMixture
from engine.sequence_model import ModelState, SequenceModel

MAX_MEMBERS = 16


class Ensemble(SequenceModel):
    """The mean of what its members expect.

    Args:
        members: of one architecture.

    Raises:
        InvalidValueError: the members' head is none whose mixture can be drawn from pitch after pitch.
    """

    def __init__(self, members: Sequence[SequenceModel]):
        nn.Module.__init__(self)
        if not isinstance(members[0].head, NoteListHead):
            raise InvalidValueError("members need the head 'note_list': leave them out, or take that head")
        self.members = nn.ModuleList(members)
        self.context_frames = members[0].context_frames
        self.keys = members[0].keys

    @property
    def cells(self) -> nn.ModuleList:
        """Those of every member."""
        return nn.ModuleList(cell for member in self.members for cell in member.cells)

    @property
    def head(self) -> Head:
        """That of the first member; the others have one like it."""
        return self.members[0].head

    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""
        states = [member.initial_state(batch_size) for member in self.members]
        return ModelState(states[0].context, tuple(layer for state in states for layer in state.layers))

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""
        own = self._shared_out(state.layers)
        every = [
            member.step(frame, ModelState(state.context, layers))
            for member, layers in zip(self.members, own, strict=True)
        ]
        return self._joined(every)

    def forward(
        self,
        frames: Float[Tensor, "batch time event"],
        layers: Sequence[State] | None = None,
        before: Float[Tensor, "batch context event"] | None = None,
        drop: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing, as of a SequenceModel."""
        own = self._shared_out(layers or self.initial_state(len(frames)).layers)
        every = [member(frames, part, before, drop) for member, part in zip(self.members, own, strict=True)]
        return self._joined(every)

    def initialise(self, rng: torch.Generator) -> None:
        """Draw fresh weights for all members from ``rng``."""
        for member in self.members:
            member.initialise(rng)

    def _shared_out(self, layers: Sequence[State]) -> list[tuple[State, ...]]:
        """To each member its own."""
        size = len(layers) // len(self.members)
        return [tuple(layers[start : start + size]) for start in range(0, len(layers), size)]

    def _joined(self, every: Sequence[tuple[Distribution, ModelState]]) -> tuple[Distribution, ModelState]:
        distribution = NoteListMixture.of([found for found, _ in every])
        layers = tuple(layer for _, state in every for layer in state.layers)
        return distribution, ModelState(every[0][1].context, layers)
