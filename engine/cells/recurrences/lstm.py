"""Long short-term memory, forward and backward by hand (engine/cells/lstm.py has the equations)."""

import torch
from torch import Tensor

from engine.cells.recurrences.recurrence import Recurrence, Tensors, by_member, last_first, weight_gradient


class LSTMRecurrence(Recurrence):
    """Keeps for the backward pass input, forget and output gates, candidates, and tanh(new c)."""

    @staticmethod
    def run(drive: Tensor, start: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """The weights are those from h to all gates and the candidate, then the peepholes."""
        (h, c), to_gates, peephole = start, weights[0].transpose(1, 2), weights[1]
        peeps_in, peep_out = peephole[:, :2].flatten(1).unsqueeze(1), peephole[:, 2:]
        size = h.shape[-1]
        hidden, cells = (drive.new_empty(len(drive) + 1, *h.shape) for _ in range(2))
        hidden[0], cells[0] = h, c
        shown = drive.new_empty(len(drive), *h.shape)
        parts = (part.unbind(0) for part in drive.split((2 * size, size, size), -1))
        inputs, forgets = (part.unbind(0) for part in drive[..., : 2 * size].split(size, -1))
        nexts = (part.unbind(0) for part in (shown, hidden[1:], cells[1:]))
        for step, in_forget_gates, out_gate, candidate, in_gate, forget_gate, shown_c, h_next, c_next in zip(
            drive.unbind(0), *parts, inputs, forgets, *nexts, strict=True
        ):
            step.baddbmm_(h, to_gates)
            in_forget_gates.addcmul_(peeps_in, torch.cat((c, c), -1)).sigmoid_()
            candidate.tanh_()
            c = torch.mul(forget_gate, c, out=c_next).addcmul_(in_gate, candidate)
            out_gate.addcmul_(peep_out, c).sigmoid_()
            h = torch.mul(out_gate, torch.tanh(c, out=shown_c), out=h_next)
        return (hidden, cells), (drive, shown)

    @staticmethod
    def reverse(
        gradients: Tensors, states: Tensors, kept: Tensors, weights: Tensors
    ) -> tuple[Tensor, Tensors, Tensors]:
        """Step by step through h to the output gate and c, and through c to the other gates."""
        (d_hidden, d_cells), (hidden, cells), (gates, shown), (weight, peephole) = (
            gradients,
            states,
            kept,
            weights,
        )
        size = hidden.shape[-1]
        peep_input, peep_forget, peep_output = (part.unsqueeze(1) for part in peephole.unbind(1))
        i, f, o, candidate = gates.split(size, -1)
        gate_slope = gates[..., : 3 * size].mul(1 - gates[..., : 3 * size])
        input_slope, forget_slope, output_slope = gate_slope.split(size, -1)
        slopes = (
            output_slope * shown, torch.addcmul(o, o, shown.square(), value=-1), input_slope * candidate,
            forget_slope * cells[:-1], torch.addcmul(i, i, candidate.square(), value=-1), f,
        )  # fmt: skip
        deltas = torch.empty_like(gates)
        d_h, d_c = d_hidden[-1], d_cells[-1].clone()
        for (
            to_o,
            to_c,
            to_i,
            to_f,
            to_candidate,
            forget,
            delta,
            d_i,
            d_f,
            d_o,
            d_candidate,
            d_h_before,
            d_c_before,
        ) in last_first(*slopes, deltas, *deltas.split(size, -1), d_hidden[:-1], d_cells[:-1]):
            torch.mul(d_h, to_o, out=d_o)
            d_c.addcmul_(d_h, to_c).addcmul_(d_o, peep_output)
            torch.mul(d_c, to_i, out=d_i)
            torch.mul(d_c, to_f, out=d_f)
            torch.mul(d_c, to_candidate, out=d_candidate)
            d_c.mul_(forget).addcmul_(d_i, peep_input).addcmul_(d_f, peep_forget).add_(d_c_before)
            d_h = torch.baddbmm(d_h_before, delta, weight)
        read = cells[:-1], cells[:-1], cells[1:]
        peeps = [
            (by_member(part) * by_member(c)).sum(1)
            for part, c in zip(deltas.split(size, -1)[:3], read, strict=True)
        ]
        return deltas, (d_h, d_c), (weight_gradient(deltas, hidden[:-1]), torch.stack(peeps, 1))
