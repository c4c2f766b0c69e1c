"""Copying: a model with a memory of the piece's own past.

Conventions
    layers  in the state: those of the held model, then (number of frames read, *the memory's Past)
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from engine.cells import State
from engine.heads import CopiedNotes, Distribution, Guides
from engine.models.copy_memory import CopyMemory, Evidence, Past, evidence_of, trusted
from engine.models.model import Context, Drop, Frames, Layers, ModelState
from engine.models.remembering import Remembering


class Copying(Remembering):
    """A model whose prediction is mixed with how the piece went on when it went like this before."""

    memory_option = "copy_memory"
    memory: CopyMemory

    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""
        state = self.model.initial_state(batch_size)
        silence = self.silence(batch_size)
        num_heard = torch.zeros(batch_size, dtype=torch.long, device=silence.device)
        memory = (num_heard, *self.memory.nothing(batch_size, silence))
        return ModelState(state.context, (*state.layers, memory))

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""
        notes, left = self.model.step(frame, ModelState(state.context, state.layers[:-1]))
        evidence, heard = self._listen(frame[:, None], state.layers[-1])
        guides = self._guides(Evidence(*(part[:, 0] for part in evidence)))
        return CopiedNotes(notes, guides), ModelState(left.context, (*left.layers, heard))

    def forward(
        self, frames: Frames, layers: Layers | None = None, before: Context | None = None, drop: Drop = None
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing, see ``Model.forward``."""
        *own, memory = layers or self.initial_state(len(frames)).layers
        notes, left = self.model(frames, own, before, drop)
        last = torch.zeros_like(frames[:, :1]) if before is None else before[:, -1:]
        evidence, heard = self._listen(torch.cat((last, frames), 1)[:, :-1], memory)
        return CopiedNotes(notes, self._guides(evidence)), ModelState(left.context, (*left.layers, heard))

    def listen(self, frames: Float[Tensor, "batch time event"]) -> Evidence:
        """What the past says of each frame of whole pieces, for fitting the trust in guides."""
        memory = self.initial_state(len(frames)).layers[-1]
        return self._listen(functional.pad(frames, (0, 0, 1, 0))[:, :-1], memory)[0]

    def _guides(self, evidence: Evidence) -> Guides:
        return trusted(evidence, self.memory.numbers(evidence.facts))

    def _listen(self, frames: Float[Tensor, "batch time event"], memory: State) -> tuple[Evidence, State]:
        """What the past says after each frame; the very first is the silence before the piece: not heard."""
        (num_heard, *_), past = memory, Past(*memory[1:])
        num_unheard = min(frames.shape[1], 1) if int(num_heard[0]) == 0 else 0
        evidences = [Evidence(*(part[:, :num_unheard] for part in evidence_of(past)))]
        heard = frames[:, num_unheard:]
        if heard.shape[1]:
            evidence, past = self.memory.hear(past, heard)
            evidences.append(evidence)
        whole = Evidence(*(torch.cat(parts, 1) for parts in zip(*evidences, strict=True)))
        return whole, (num_heard + frames.shape[1], *past)
