"""The plain recurrent layer, equation (2) of Chung et al. 2014, arXiv 1412.3555.

h_t = tanh(W x_t + U h_{t-1} + b)
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.cells.cell import Cell, State, fill_matrix
from engine.cells.recurrence import Recurrence, Tensors, backwards, weight_gradient


class TanhRecurrence(Recurrence):
    """Keeps nothing but the states."""

    @staticmethod
    def run(drive: Tensor, start: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """One weight, from h to the next h."""
        (h,), to_next = start, weights[0].transpose(1, 2)
        hidden = drive.new_empty(len(drive) + 1, *h.shape)
        hidden[0] = h
        for step_drive, h_next in zip(drive.unbind(0), hidden[1:].unbind(0), strict=True):
            h = torch.baddbmm(step_drive, h, to_next, out=h_next).tanh_()
        return (hidden,), ()

    @staticmethod
    def reverse(
        gradients: Tensors, states: Tensors, kept: Tensors, weights: Tensors
    ) -> tuple[Tensor, Tensors, Tensors]:
        """Through tanh, then through the weight, step by step."""
        (gradient,), (hidden,), (weight,) = gradients, states, weights
        slope = 1 - hidden[1:].square()
        deltas = torch.empty_like(slope)
        d_h = gradient[-1]
        for to_delta, delta, earlier in backwards(slope, deltas, gradient[:-1]):
            torch.mul(d_h, to_delta, out=delta)
            d_h = torch.baddbmm(earlier, delta, weight)
        return deltas, (d_h,), (weight_gradient(deltas, hidden[:-1]),)


class TanhCell(Cell):
    """tanh units; equals ``torch.nn.RNNCell`` (tested)."""

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
