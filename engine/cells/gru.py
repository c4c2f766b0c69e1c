"""The gated recurrent unit, equations (5) to (8) of Chung et al. 2014 (arXiv 1412.3555).

    r_t  = sigmoid(W_r x_t + U_r h_{t-1} + b_r)          reset
    z_t  = sigmoid(W_z x_t + U_z h_{t-1} + b_z)          update
    h~_t = tanh(W x_t + U (r_t * h_{t-1}) + b)           candidate
    h_t  = (1 - z_t) * h_{t-1} + z_t * h~_t

This is not ``torch.nn.GRUCell``: there the reset gate acts after the matrix product, and z and
1 - z are exchanged.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.cells.cell import Cell, State, fill_matrix
from engine.cells.recurrences.gru import GRURecurrence


class GRUCell(Cell):
    """Gated recurrent units; stacked weights are in the order reset, update, candidate."""

    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes gates"]:
        """W x + b for both gates and the candidate."""
        return functional.linear(x, self.weights["input_weight"], self.weights["bias"])

    def gates(self, drive: Float[Tensor, "batch gates"], state: State) -> tuple[Tensor, ...]:
        """Reset r and update z."""
        (h,), size = state, self.hidden_size
        gates = torch.mm(h, self.weights["gate_weight"].t()).add_(drive[:, : 2 * size]).sigmoid_()
        return torch.split_with_sizes(gates, (size, size), 1)

    def advance(self, drive: Float[Tensor, "batch gates"], state: State) -> State:
        """Gates, candidate, and the interpolation between past and candidate."""
        (h,), size = state, self.hidden_size
        reset, update = self.gates(drive, state)
        candidate = torch.mm(reset * h, self.weights["candidate_weight"].t())
        candidate = candidate.add_(drive[:, 2 * size :]).tanh_()
        return (torch.lerp(h, candidate, update),)

    title = "GRU"
    gate_names = ("reset", "update")
    recurrence = GRURecurrence
    recurrent_names = ("gate_weight", "candidate_weight")

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        self.input_weight = nn.Parameter(torch.zeros(3 * hidden_size, input_size))
        self.bias = nn.Parameter(torch.zeros(3 * hidden_size))
        self.gate_weight = nn.Parameter(torch.zeros(2 * hidden_size, hidden_size))
        self.candidate_weight = nn.Parameter(torch.zeros(hidden_size, hidden_size))

    def initial_state(self, batch_size: int) -> State:
        """(h,) = 0."""
        return (self.zeros(batch_size),)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot inputs, orthogonal recurrence, zero biases."""
        for weight in self.input_weight.data.split(self.hidden_size):
            fill_matrix(weight, rng)
        fill_matrix(self.gate_weight, rng, orthogonal=True)
        fill_matrix(self.candidate_weight, rng, orthogonal=True)
        nn.init.zeros_(self.bias)
