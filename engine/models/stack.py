"""Stack: cells on top of each other and a head.

Conventions
    input    of a step: what it is told (engine/models/told.py), then the ``context_frames`` frames before
             the one to predict, oldest first; zeros before the start. With a ``gain_floor`` f the cells read
             the input divided by its gain g = sqrt(mean square + f^2), then log(g); the head reads the
             input as it is
    layers   in the state: one for each cell, then that of Told, if anything is told
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from engine.cells import Cell, State
from engine.errors import InvalidValueError
from engine.heads import Distribution, Head
from engine.models.model import Context, Drop, Frames, Layers, Model, ModelState
from engine.models.told import Told
from engine.registry import require_positive


class Stack(Model):
    """A stack of cells, each reading the output of the one below, and a head on the last.

    Args:
        residual: whether a cell whose output is as wide as its input adds the two, so that the cells above
            still get what it reads (He et al. 2016, arXiv 1512.03385).
        told: what it is told besides the frames; None for nothing.
        gain_floor: least gain of the automatic gain control, in units of the frame; 0 for no gain control.

    Raises:
        InvalidValueError: there is no cell, sizes of neighbours do not fit, or a number is out of range.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        head: Head,
        context_frames: Any = 1,
        residual: bool = False,
        told: Told | None = None,
        gain_floor: Any = 0.0,
    ):
        super().__init__()
        self.told = told or Told((), 0)
        if not cells:
            raise InvalidValueError("a model needs at least one cell")
        require_positive(context_frames=context_frames)
        if type(gain_floor) not in (int, float) or not 0 <= gain_floor < math.inf:
            raise InvalidValueError(f"gain_floor={gain_floor!r} must be a number, 0 for no gain control")
        self.gain_floor = gain_floor
        input_size = head.frame_size * context_frames + self.told.num_inputs
        widths = [input_size + bool(gain_floor), *(cell.hidden_size for cell in cells)]
        reads = [*(cell.input_size for cell in cells), head.hidden_size]
        for position, (width, read) in enumerate(zip(widths, reads, strict=True)):
            if width != read:
                raise InvalidValueError(
                    f"part {position} of the model reads {read} numbers but is given {width}"
                )
        if head.input_size not in (None, input_size):
            raise InvalidValueError(
                f"the head reads {head.input_size} numbers of a step's input but is given {input_size}"
            )
        self.cells = nn.ModuleList(cells)
        self.head = head
        self.frame_size = head.frame_size
        self.context_frames = context_frames
        self.residual = residual
        self.adds = [residual and cell.input_size == cell.hidden_size for cell in cells]

    @property
    def network(self) -> "Stack":
        """The stack itself."""
        return self

    def initial_state(self, batch_size: int, moved: Int64[Tensor, " batch"] | None = None) -> ModelState:
        """The state before the first frame.

        Args:
            moved: semitones by which each piece was transposed; None for not at all.
        """
        silence = self.silence(batch_size)
        layers = [cell.initial_state(batch_size) for cell in self.cells]
        if self.told.num_inputs:
            layers.append(self.told.initial_state(batch_size, moved, silence))
        return ModelState(silence.repeat(1, self.context_frames - 1), tuple(layers))

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""
        parts = self._modules  # nn.Module's own lookup costs as much as a small gate
        x, context = frame, state.context
        if self.context_frames > 1:
            x = torch.cat((context, frame), 1)
            context = x[:, frame.shape[1] :]
        layers, left = state.layers, ()
        if self.told.num_inputs:
            inputs, told = self.told.read(layers[-1], 1, frame)
            x, layers, left = torch.cat((inputs[:, 0], x), 1), layers[:-1], (told,)
        output, states = self._heard(x) if self.gain_floor else x, []
        for cell, cell_state, adds in zip(parts["cells"], layers, self.adds, strict=True):
            cell_state = cell.forward(output, cell_state)  # not cell(…): hooks cost as much as a small gate
            output = output + cell_state[0] if adds else cell_state[0]
            states.append(cell_state)
        return parts["head"].forward(output, x), ModelState(context, (*states, *left))

    def forward(
        self, frames: Frames, layers: Layers | None = None, before: Context | None = None, drop: Drop = None
    ) -> tuple[Distribution, ModelState]:
        """Teacher forcing, see ``Model.forward``."""
        outputs, inputs, state = self.read(frames, layers, before, drop)
        return self.head(outputs, inputs), state

    def read(
        self,
        frames: Frames,
        layers: Layers | None = None,
        before: Context | None = None,
        drop: Drop = None,
        watch: Callable[[int, Tensor, State], None] | None = None,
    ) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch time input"], ModelState]:
        """All cells over whole sequences: the last cell's outputs, the steps' inputs, the state after them.

        Args:
            watch: called for each cell, the lowest first, with its place (from 0), all that it reads, and its
                state before.
        """
        if before is None:
            before = frames.new_zeros(frames.shape[0], self.context_frames, frames.shape[2])
        layers = layers or self.initial_state(len(frames)).layers
        known = torch.cat((before, frames), 1)
        length = frames.shape[1]
        inputs = torch.cat([known[:, lag : lag + length] for lag in range(self.context_frames)], -1)
        told: tuple[State, ...] = ()
        if self.told.num_inputs:
            heard, after = self.told.read(layers[-1], length, frames)
            inputs, layers, told = torch.cat((heard, inputs), -1), layers[:-1], (after,)
        outputs, left = self._heard(inputs) if self.gain_floor else inputs, []
        for place, (cell, start, adds) in enumerate(zip(self.cells, layers, self.adds, strict=True)):
            if watch:
                watch(place, outputs, start)
            hidden, cell_state = cell.unroll(outputs, start)
            hidden = drop(hidden) if drop else hidden
            outputs = outputs + hidden if adds else hidden
            left.append(cell_state)
        context = known[:, length : length + self.context_frames - 1].flatten(1)
        return outputs, inputs, ModelState(context, (*left, *told))

    def _heard(self, inputs: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes heard"]:
        """The inputs divided by their gain g, so that all voices are equally loud, followed by log(g)."""
        loudness = (inputs.square().mean(-1, keepdim=True) + self.gain_floor**2).sqrt()
        return torch.cat((inputs / loudness, loudness.log()), -1)

    def initialise(self, rng: torch.Generator) -> None:
        """Draw fresh weights for all parts from ``rng``."""
        for part in (*self.cells, self.head):
            part.initialise(rng)
