"""SequenceModel: a stack of cells and a head; the distribution of each frame given those before.

Conventions
    frames   shape (batch, time, event)
    input    of a step: the ``context_frames`` frames before it, oldest first; zeros before the start

Step 1 reads zeros from the zero state and predicts frame 1, so every frame is predicted.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.cells import Cell, State
from engine.errors import InvalidValueError
from engine.heads import Distribution, Head, NoteListHead, NoteListMixture, moved

MAX_TRANSPOSITIONS = 11
FRAMES_AT_ONCE = 16_384  # of all keys together, while sequences are read


class ModelState(NamedTuple):
    """What a model remembers between steps.

    ``batch`` counts each key of a transposed model by itself, all sequences of a key side by side.

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
        transpositions: the notes are heard in every key within so many semitones, and the distributions are
            averaged: see NoteListMixture. 0 for the written key alone.

    Raises:
        InvalidValueError: sizes of neighbours do not fit, or transpositions are not for this head.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        head: Head,
        context_frames: int = 1,
        residual: bool = False,
        transpositions: int = 0,
    ):
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
        if not isinstance(transpositions, int) or not 0 <= transpositions <= MAX_TRANSPOSITIONS:
            raise InvalidValueError(
                f"transpositions={transpositions!r} must be from 0 to {MAX_TRANSPOSITIONS} semitones"
            )
        if transpositions and not isinstance(head, NoteListHead):
            raise InvalidValueError(
                "transpositions need the head 'note_list': leave them out, or take that head"
            )
        self.cells = nn.ModuleList(cells)
        self.head = head
        self.keys = range(-transpositions, transpositions + 1)
        self.context_frames = context_frames
        self.adds = [residual and cell.input_size == cell.hidden_size for cell in cells]

    @property
    def frame_size(self) -> int:
        """Numbers in a frame."""
        return self.head.frame_size

    def initial_state(self, batch_size: int) -> ModelState:
        """The state before the first frame."""
        batch_size *= len(self.keys)
        context = (
            self.cells[0].zeros(batch_size).new_zeros(batch_size, (self.context_frames - 1) * self.frame_size)
        )
        return ModelState(context, tuple(cell.initial_state(batch_size) for cell in self.cells))

    def step(self, frame: Float[Tensor, "batch event"], state: ModelState) -> tuple[Distribution, ModelState]:
        """Read a frame (zeros at the start) and predict the one after it."""
        parts = self._modules  # found at once: nn.Module's own lookup costs as much as a small gate
        is_transposed = len(self.keys) > 1
        frame = moved(frame, self.keys).flatten(0, 1) if is_transposed else frame
        x, context = frame, state.context
        if self.context_frames > 1:
            x = torch.cat((context, frame), 1)
            context = x[:, frame.shape[1] :]
        output, layers = x, []
        for cell, cell_state, adds in zip(parts["cells"], state.layers, self.adds, strict=True):
            cell_state = cell.forward(output, cell_state)  # not cell(…): hooks cost as much as a small gate
            output = output + cell_state[0] if adds else cell_state[0]
            layers.append(cell_state)
        found = parts["head"].forward(output, x)
        found = NoteListMixture(found, self.keys) if is_transposed else found
        return found, ModelState(context, tuple(layers))

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
        layers = layers or self.initial_state(len(frames)).layers
        if len(self.keys) == 1:
            outputs, inputs, state = self._read(frames, layers, before, drop)
            return self.head(outputs, inputs), state
        heard, before = (moved(part, self.keys).flatten(0, 1) for part in (frames, before))
        size = max(1, FRAMES_AT_ONCE // max(1, frames.shape[1]))  # rows at once
        parts = [
            self._read(rows, [tuple(part[start : start + size] for part in layer) for layer in layers],
                       before[start : start + size], drop)
            for start, rows in zip(range(0, len(heard), size), heard.split(size), strict=True)
        ]  # fmt: skip
        outputs, inputs = (torch.cat([part[place] for part in parts]) for place in (0, 1))
        context = torch.cat([state.context for _, _, state in parts])
        every = zip(*(state.layers for _, _, state in parts), strict=True)
        left = tuple(tuple(map(torch.cat, zip(*layer, strict=True))) for layer in every)
        return NoteListMixture(self.head(outputs, inputs), self.keys), ModelState(context, left)

    def initialise(self, rng: torch.Generator) -> None:
        """Draw fresh weights for all parts from ``rng``."""
        for part in (*self.cells, self.head):
            part.initialise(rng)

    def num_parameters(self) -> int:
        """Trainable numbers in cells and head."""
        return sum(parameter.numel() for parameter in self.parameters())

    def _read(
        self, frames: Tensor, layers: Sequence[State], before: Tensor, drop: Callable[[Tensor], Tensor] | None
    ) -> tuple[Tensor, Tensor, ModelState]:
        """Through all cells: what the last one puts out, the inputs of the steps, the state after them."""
        known = torch.cat((before, frames), 1)
        length = frames.shape[1]
        inputs = torch.cat([known[:, lag : lag + length] for lag in range(self.context_frames)], -1)
        outputs, left = inputs, []
        for cell, start, adds in zip(self.cells, layers, self.adds, strict=True):
            found, cell_state = cell.unroll(outputs, start)
            found = drop(found) if drop else found
            outputs = outputs + found if adds else found
            left.append(cell_state)
        context = known[:, length : length + self.context_frames - 1].flatten(1)
        return outputs, inputs, ModelState(context, tuple(left))
