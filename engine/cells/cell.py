"""Cell: a recurrent layer, given as its single time step.

Conventions
    x, drive   shape (batch, features)
    state      tuple of tensors, batch first; item 0 is the output h that the next layer and heads read
    xs         shape (batch, time, features)

A step has two parts: the *drive*, what the input alone contributes, and the *advance*, what that
does to the state. An unroll computes the drive of all steps in one matrix product, and only the
advance goes from step to step. A cell that names a Recurrence does all advances of an unroll in one
operation with a gradient written by hand; stepping gives the same numbers.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.cells.recurrences.recurrence import Recurrence, run_steps
from engine.registry import require_positive

State = tuple[Tensor, ...]


class Cell(nn.Module, ABC):
    """A recurrent layer of ``hidden_size`` units that reads ``input_size`` numbers a step.

    Parameters are zero until ``initialise`` or until weights are loaded, so that making a cell
    draws nothing from any random generator.

    Raises:
        InvalidValueError: a size is not a positive integer.
    """

    title: ClassVar[str] = ""
    """What it is called on pages and in tables; if empty, its name in the registry is used."""
    looks_back: ClassVar[bool] = False
    """Whether its state holds earlier steps themselves, as that of attention does."""
    gate_names: ClassVar[tuple[str, ...]] = ()
    """What its gates are called, in the order of ``gates``."""
    recurrence: type[Recurrence] | None = None
    """All advances of an unroll in one operation; None if the cell has no such operation."""
    recurrent_names: tuple[str, ...] = ()
    """The parameters that the recurrence reads, in its order."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        require_positive(input_size=input_size, hidden_size=hidden_size)
        self.input_size = input_size
        self.hidden_size = hidden_size

    @property
    def weights(self) -> dict[str, Tensor]:
        """The parameters by name, for every step: nn.Module's own lookup takes as long as a small gate."""
        return self._parameters

    @abstractmethod
    def initial_state(self, batch_size: int) -> State:
        """The state before the first step: zeros (or nothing yet), on the device of the weights."""

    @abstractmethod
    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes drive"]:
        """What the input alone contributes to a step, for any leading axes."""

    @abstractmethod
    def advance(self, drive: Float[Tensor, "batch drive"], state: State) -> State:
        """The state after a step with this drive."""

    def gates(self, drive: Float[Tensor, "batch drive"], state: State) -> tuple[Tensor, ...]:
        """How far each gate is open in a step with this drive, 0 to 1, (batch, hidden) each; () if none."""
        return ()

    @abstractmethod
    def initialise(self, rng: torch.Generator) -> None:
        """Draw fresh weights from ``rng``."""

    def forward(self, x: Float[Tensor, "batch input"], state: State) -> State:
        """One step."""
        return self.advance(self.drive(x), state)

    def unroll(
        self, xs: Float[Tensor, "batch time input"], state: State
    ) -> tuple[Float[Tensor, "batch time hidden"], State]:
        """All steps of a batch of sequences; equal to calling the cell once for each step.

        Returns:
            The output h of every step, and the state after the last.
        """
        if self.recurrence is not None and xs.shape[1]:
            weights = tuple(getattr(self, name) for name in self.recurrent_names)
            return run_steps(self.recurrence, self.drive(xs), state, weights)
        outputs = []
        for drive in self.drive(xs).unbind(1):  # unbind: the gradient of indexing would be O(time^2)
            state = self.advance(drive, state)
            outputs.append(state[0])
        if not outputs:
            return xs.new_zeros(xs.shape[0], 0, self.hidden_size), state
        return torch.stack(outputs, 1), state

    def zeros(self, batch_size: int) -> Float[Tensor, "batch hidden"]:
        """A zero vector for each row, with the type and device of the weights."""
        return next(self.parameters()).new_zeros(batch_size, self.hidden_size)


def fill_matrix(weight: Tensor, rng: torch.Generator, *, orthogonal: bool = False) -> None:
    """Fill a matrix with Glorot-uniform numbers or, if orthogonal, make each square block of its rows so."""
    if not orthogonal:
        nn.init.xavier_uniform_(weight.data, generator=rng)
        return
    for block in weight.data.split(weight.shape[1]):
        nn.init.orthogonal_(block, generator=rng)
