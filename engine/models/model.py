"""Model: the distribution of each frame given those before it.

A Stack is a network; Transposed, Reminded and Copying hold another model and add to what it expects. All four
are final: nothing inherits from them.

Conventions
    frames   shape (batch, time, event)

The first step reads zeros in the initial state and predicts the first frame, so every frame is predicted.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from engine.cells import State
from engine.heads import Distribution

Frames = Float[Tensor, "batch time event"]
Context = Float[Tensor, "batch context event"]  # the frames before those
Layers = Sequence[State]  # as in ModelState
Drop = Callable[[Tensor], Tensor] | None  # what acts on all outputs while fitting; None for nothing


class ModelState(NamedTuple):
    """What a model remembers between steps.

    For a transposed model ``batch`` is keys times sequences, all sequences of a key side by side.

    Args:
        context: shape (batch, (context_frames - 1) * event), the frames before the one to be read next.
        layers: the state of each cell, then of Told and of memories, if there are any.
    """

    context: Tensor
    layers: tuple[State, ...]


class Model(nn.Module, ABC):
    """What all models offer; stepping scores as teacher forcing does.

    Attributes:
        frame_size: numbers in a frame.
        context_frames: how many frames a step reads, including the latest.
        num_keys: in how many keys every frame is heard, side by side; 1 except for transposed models.
    """

    frame_size: int
    context_frames: int
    num_keys: int = 1

    @property
    @abstractmethod
    def network(self) -> "Model":
        """The Stack that is fitted: the model itself, or the network of the model it holds."""

    @abstractmethod
    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""

    @abstractmethod
    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""

    @abstractmethod
    def forward(
        self, frames: Frames, layers: Layers | None = None, before: Context | None = None, drop: Drop = None
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing: the distribution of every frame given those before it.

        A sequence may be read in parts: pass the ``layers`` of the state after the previous part, and the
        last ``context_frames`` frames of that part as ``before``. ``drop`` (dropout, while fitting) acts on
        the outputs of every cell.

        Returns:
            A Distribution with leading axes (batch, time), and the state in which ``step`` would
            read the last frame.
        """

    def silence(self, batch_size: int) -> Float[Tensor, "batch event"]:
        """Frames of zeros, with the type and device of the weights: what is read before the first frame."""
        return next(self.parameters()).new_zeros(batch_size, self.frame_size)

    def num_parameters(self) -> int:
        """How many numbers are fitted."""
        return sum(parameter.numel() for parameter in self.parameters())
