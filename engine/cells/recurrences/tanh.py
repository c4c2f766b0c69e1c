"""The gradient by hand of the plain recurrent layer (engine/cells/tanh.py has the equation)."""

import torch
from torch import Tensor

from engine.cells.recurrences.recurrence import Recurrence, Tensors, backwards, weight_gradient


class TanhRecurrence(Recurrence):
    """Keeps nothing: the states are enough for its gradient."""

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
        """Step by step through tanh, then through the weight."""
        (gradient,), (hidden,), (weight,) = gradients, states, weights
        slope = 1 - hidden[1:].square()
        deltas = torch.empty_like(slope)
        d_h = gradient[-1]
        for to_delta, delta, earlier in backwards(slope, deltas, gradient[:-1]):
            torch.mul(d_h, to_delta, out=delta)
            d_h = torch.baddbmm(earlier, delta, weight)
        return deltas, (d_h,), (weight_gradient(deltas, hidden[:-1]),)
