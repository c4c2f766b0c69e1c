"""The plain recurrent layer, equation (2) of Chung et al. 2014, arXiv 1412.3555.

h_t = tanh(W x_t + U h_{t-1} + b)
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.cells.cell import Cell, State, fill_matrix
from engine.cells.recurrences.tanh import TanhRecurrence


class TanhCell(Cell):
    """tanh units; equals ``torch.nn.RNNCell`` (tested)."""

    title = "tanh"
    recurrence = TanhRecurrence
    recurrent_names = ("recurrent_weight",)

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        self.input_weight = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.bias = nn.Parameter(torch.zeros(hidden_size))
        self.recurrent_weight = nn.Parameter(torch.zeros(hidden_size, hidden_size))

    def initial_state(self, batch_size: int) -> State:
        """(h,) = 0."""
        return (self.zeros(batch_size),)

    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes hidden"]:
        """W x + b."""
        weights = self._parameters  # found at once: nn.Module's own lookup costs as much as a small gate
        return functional.linear(x, weights["input_weight"], weights["bias"])

    def advance(self, drive: Float[Tensor, "batch hidden"], state: State) -> State:
        """One tanh of drive + U h."""
        weights = self._parameters  # found at once: nn.Module's own lookup costs as much as a small gate
        return (torch.mm(state[0], weights["recurrent_weight"].t()).add_(drive).tanh_(),)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot inputs, orthogonal recurrence, zero bias."""
        fill_matrix(self.input_weight, rng)
        fill_matrix(self.recurrent_weight, rng, orthogonal=True)
        nn.init.zeros_(self.bias)
