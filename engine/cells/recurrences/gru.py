"""Gated recurrent units, forward and backward by hand (engine/cells/gru.py has the equations)."""

import torch
from torch import Tensor

from engine.cells.recurrences.recurrence import Recurrence, Tensors, last_first, weight_gradient


class GRURecurrence(Recurrence):
    """Keeps for the backward pass the gates (reset, update), the candidates, and reset * h, which the
    candidates read."""

    @staticmethod
    def run(drive: Tensor, start: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """The weights are those of the gates, then those of the candidate."""
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
        """The slopes of all steps at once; step by step only what each step hands back to the one before."""
        (gradient,), (gates, candidates, read), (gate_weight, candidate_weight) = gradients, kept, weights
        before = states[0][:-1]
        reset, update = gates.split(before.shape[-1], -1)
        stays = 1 - update
        update_slope = (candidates - before).mul_(update).mul_(stays)
        candidate_slope = torch.addcmul(update, candidates.square(), update, value=-1)
        reset_slope = torch.addcmul(read, reset, read, value=-1)  # h r (1 - r)
        gate_deltas, candidate_deltas = torch.empty_like(gates), torch.empty_like(candidates)
        reset_deltas, update_deltas = gate_deltas.split(before.shape[-1], -1)
        d_h, d_read = gradient[-1].clone(), torch.empty_like(gradient[-1])
        for at_update, at_candidate, at_reset, stay, r, d_gates, d_reset, d_update, d_cand, earlier in (
            last_first(
                update_slope, candidate_slope, reset_slope, stays, reset,
                gate_deltas, reset_deltas, update_deltas, candidate_deltas, gradient[:-1],
            )
        ):  # fmt: skip
            torch.mul(d_h, at_update, out=d_update)
            torch.mul(d_h, at_candidate, out=d_cand)
            torch.bmm(d_cand, candidate_weight, out=d_read)
            torch.mul(d_read, at_reset, out=d_reset)
            d_h.mul_(stay).addcmul_(d_read, r).baddbmm_(d_gates, gate_weight).add_(earlier)
        d_weights = weight_gradient(gate_deltas, before), weight_gradient(candidate_deltas, read)
        return torch.cat((gate_deltas, candidate_deltas), -1), (d_h,), d_weights
