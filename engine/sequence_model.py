"""SequenceModel: a stack of cells and a head; the distribution of each frame given those before.

Conventions
    frames   shape (batch, time, event)
    input    of a step: the ``context_frames`` frames before it, oldest first; zeros before the start

Step 1 reads zeros from the zero state and predicts frame 1, so every frame is predicted.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.cells import CELLS, Cell, State
from engine.errors import InvalidValueError
from engine.heads import HEADS, Distribution, Head
from engine.registry import build


class ModelState(NamedTuple):
    """What a model remembers between steps.

    Args:
        context: shape (batch, (context_frames - 1) * event), the frames before the last.
        layers: the state of each cell.
    """

    context: Tensor
    layers: tuple[State, ...]


class SequenceModel(nn.Module):
    """A stack of cells, each reading the output of the one below, and a head on the last.

    Args:
        residual: whether a cell whose output is as wide as its input adds to it, so that what it reads is
            still there for those above (He et al. 2016, arXiv 1512.03385).

    Raises:
        InvalidValueError: sizes of neighbours do not fit.
    """

    def __init__(self, cells: Sequence[Cell], head: Head, context_frames: int = 1, residual: bool = False):
        super().__init__()
        if not cells or context_frames < 1:
            raise InvalidValueError("a model needs at least one cell and context_frames of at least 1")
        widths = [head.frame_size * context_frames, *(cell.hidden_size for cell in cells)]
        reads = [*(cell.input_size for cell in cells), head.hidden_size]
        for position, (width, read) in enumerate(zip(widths, reads, strict=True)):
            if width != read:
                raise InvalidValueError(
                    f"part {position} of the model reads {read} numbers but is given {width}"
                )
        if head.input_size not in (None, widths[0]):
            raise InvalidValueError(
                f"the head reads {head.input_size} numbers of a step's input but is given {widths[0]}"
            )
        self.cells = nn.ModuleList(cells)
        self.head = head
        self.context_frames = context_frames
        self.adds = [residual and cell.input_size == cell.hidden_size for cell in cells]

    @property
    def frame_size(self) -> int:
        """Numbers in a frame."""
        return self.head.frame_size

    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""
        context = (
            self.cells[0].zeros(batch_size).new_zeros(batch_size, (self.context_frames - 1) * self.frame_size)
        )
        return ModelState(context, tuple(cell.initial_state(batch_size) for cell in self.cells))

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""
        parts = self._modules  # found at once: nn.Module's own lookup costs as much as a small gate
        x, context = frame, state.context
        if self.context_frames > 1:
            x = torch.cat((context, frame), 1)
            context = x[:, frame.shape[1] :]
        output, layers = x, []
        for cell, cell_state, adds in zip(parts["cells"], state.layers, self.adds, strict=True):
            cell_state = cell.forward(output, cell_state)  # not cell(…): hooks cost as much as a small gate
            output = output + cell_state[0] if adds else cell_state[0]
            layers.append(cell_state)
        return parts["head"].forward(output, x), ModelState(context, tuple(layers))

    def forward(
        self,
        frames: Float[Tensor, "batch time event"],
        layers: Sequence[State] | None = None,
        before: Float[Tensor, "batch context event"] | None = None,
        drop: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing: the distribution of every frame given those before it.

        A sequence may be read in parts: give the ``layers`` of the state that the part before left, and
        the last ``context_frames`` frames of it as ``before``. ``drop`` changes the outputs of every cell on
        their way up: dropout, while fitting.

        Returns:
            A Distribution with leading axes (batch, time), and the state in which ``step`` would
            read the last frame.
        """
        if before is None:
            before = frames.new_zeros(frames.shape[0], self.context_frames, frames.shape[2])
        known = torch.cat((before, frames), 1)
        length = frames.shape[1]
        inputs = torch.cat([known[:, lag : lag + length] for lag in range(self.context_frames)], -1)
        outputs, left = inputs, []
        layers = layers or [cell.initial_state(len(frames)) for cell in self.cells]
        for cell, start, adds in zip(self.cells, layers, self.adds, strict=True):
            found, cell_state = cell.unroll(outputs, start)
            found = drop(found) if drop else found
            outputs = outputs + found if adds else found
            left.append(cell_state)
        context = known[:, length : length + self.context_frames - 1].flatten(1)
        return self.head(outputs, inputs), ModelState(context, tuple(left))

    def initialise(self, rng: torch.Generator) -> None:
        """Draw fresh weights for all parts from ``rng``."""
        for part in (*self.cells, self.head):
            part.initialise(rng)

    def num_parameters(self) -> int:
        """Trainable numbers in cells and head."""
        return sum(parameter.numel() for parameter in self.parameters())


def build_model(spec: Mapping[str, Any]) -> SequenceModel:
    """From ``{"cells": [spec, …], "head": spec, "context_frames": n}`` to a model with zero weights.

    ``"residual": true`` may stand beside them.

    Raises:
        EngineError: an unknown name or key, or sizes that do not fit.
    """
    unknown = set(spec) - {"cells", "head", "context_frames", "residual"}
    if unknown or not isinstance(spec.get("cells"), list) or "head" not in spec:
        raise InvalidValueError(
            "a model spec holds 'cells' (a list), 'head', 'context_frames', 'residual' and nothing else"
        )
    if not isinstance(spec.get("residual", False), bool):
        raise InvalidValueError(f"residual={spec['residual']!r} must be true or false")
    cells = [build("cell", CELLS, cell) for cell in spec["cells"]]
    options = {key: spec[key] for key in ("context_frames", "residual") if key in spec}
    return SequenceModel(cells, build("head", HEADS, spec["head"]), **options)
