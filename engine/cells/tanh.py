"""The plain recurrent layer, equation (2) of Chung et al. 2014 (arXiv 1412.3555).

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

    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes hidden"]:
        """W x + b."""
        return functional.linear(x, self.weights["input_weight"], self.weights["bias"])

    def advance(self, drive: Float[Tensor, "batch hidden"], state: State) -> State:
        """One tanh of drive + U h."""
        (h,) = state
        return (torch.mm(h, self.weights["recurrent_weight"].t()).add_(drive).tanh_(),)

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

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot inputs, orthogonal recurrence, zero bias."""
        fill_matrix(self.input_weight, rng)
        fill_matrix(self.recurrent_weight, rng, orthogonal=True)
        nn.init.zeros_(self.bias)
