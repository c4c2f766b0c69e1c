"""The gated recurrent unit, equations (5) to (8) of Chung et al. 2014, arXiv 1412.3555.

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
from engine.cells.recurrence import Recurrence, Tensors, backwards, weight_gradient


class GRURecurrence(Recurrence):
    """Keeps the gates (reset, update), the candidate, and reset * h, which the candidate reads."""

    @staticmethod
    def run(drive: Tensor, start: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """Weights: of the gates, of the candidate."""
        (h,), (to_gates, to_candidate) = start, (weight.transpose(1, 2) for weight in weights)
        size = h.shape[-1]
        gates, candidates = (part.contiguous() for part in drive.split((2 * size, size), -1))
        hidden = drive.new_empty(len(drive) + 1, *h.shape)
        hidden[0] = h
        read = torch.empty_like(candidates)
        resets, updates = (part.unbind(0) for part in gates.split(size, -1))
        steps = (gates.unbind(0), resets, updates, candidates.unbind(0), read.unbind(0), hidden[1:].unbind(0))
        for gate, reset, update, candidate, reset_h, h_next in zip(*steps, strict=True):
            gate.baddbmm_(h, to_gates).sigmoid_()
            torch.mul(reset, h, out=reset_h)
            candidate.baddbmm_(reset_h, to_candidate).tanh_()
            h = torch.lerp(h, candidate, update, out=h_next)
        return (hidden,), (gates, candidates, read)

    @staticmethod
    def reverse(
        gradients: Tensors, states: Tensors, kept: Tensors, weights: Tensors
    ) -> tuple[Tensor, Tensors, Tensors]:
        """Per step only what the step after hands back; slopes are computed for all steps at once."""
        (gradient,), (gates, candidates, read), (gate_weight, candidate_weight) = gradients, kept, weights
        before = states[0][:-1]
        reset, update = gates.split(before.shape[-1], -1)
        keep = 1 - update
        update_slope = (candidates - before).mul_(update).mul_(keep)
        candidate_slope = torch.addcmul(update, candidates.square(), update, value=-1)
        reset_slope = torch.addcmul(read, reset, read, value=-1)  # h r (1 - r)
        gate_deltas, candidate_deltas = torch.empty_like(gates), torch.empty_like(candidates)
        reset_deltas, update_deltas = gate_deltas.split(before.shape[-1], -1)
        d_h, d_read = gradient[-1].clone(), torch.empty_like(gradient[-1])
        for to_update, to_candidate, to_reset, kept_h, r, d_gates, d_reset, d_update, d_cand, earlier in (
            backwards(
                update_slope, candidate_slope, reset_slope, keep, reset,
                gate_deltas, reset_deltas, update_deltas, candidate_deltas, gradient[:-1],
            )
        ):  # fmt: skip
            torch.mul(d_h, to_update, out=d_update)
            torch.mul(d_h, to_candidate, out=d_cand)
            torch.bmm(d_cand, candidate_weight, out=d_read)
            torch.mul(d_read, to_reset, out=d_reset)
            d_h.mul_(kept_h).addcmul_(d_read, r).baddbmm_(d_gates, gate_weight).add_(earlier)
        moved = weight_gradient(gate_deltas, before), weight_gradient(candidate_deltas, read)
        return torch.cat((gate_deltas, candidate_deltas), -1), (d_h,), moved


class GRUCell(Cell):
    """Gated recurrent units; stacked weights are in the order reset, update, candidate."""

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

    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes gates"]:
        """W x + b of both gates and the candidate."""
        weights = self._parameters  # found at once: nn.Module's own lookup costs as much as a small gate
        return functional.linear(x, weights["input_weight"], weights["bias"])

    def advance(self, drive: Float[Tensor, "batch gates"], state: State) -> State:
        """Gates, candidate, and the interpolation between the two."""
        weights = self._parameters  # found at once: nn.Module's own lookup costs as much as a small gate
        (h,) = state
        size = self.hidden_size
        gate_drive, candidate_drive = torch.split_with_sizes(drive, (2 * size, size), 1)
        gates = torch.mm(h, weights["gate_weight"].t()).add_(gate_drive).sigmoid_()
        reset, update = torch.split_with_sizes(gates, (size, size), 1)
        candidate = torch.mm(reset * h, weights["candidate_weight"].t()).add_(candidate_drive).tanh_()
        return (torch.lerp(h, candidate, update),)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot inputs, orthogonal recurrence, zero biases."""
        for weight in self.input_weight.data.split(self.hidden_size):
            fill_matrix(weight, rng)
        fill_matrix(self.gate_weight, rng, orthogonal=True)
        fill_matrix(self.candidate_weight, rng, orthogonal=True)
        nn.init.zeros_(self.bias)
