"""The plain recurrent layer, forward and backward by hand (engine/cells/tanh.py has the equation)."""

import torch
from torch import Tensor

from engine.cells.recurrences.recurrence import Recurrence, Tensors, last_first, weight_gradient


class TanhRecurrence(Recurrence):
    """Keeps nothing: the states are enough for its gradient."""

    @staticmethod
    def run(drive: Tensor, start: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """One weight, from h to the next h."""
        (h,), to_next = start, weights[0].transpose(1, 2)
        hidden = drive.new_empty(len(drive) + 1, *h.shape)
        hidden[0] = h
        # every h_next is a view of ``hidden``: to write it fills ``hidden``
        for step_drive, h_next in zip(drive.unbind(0), hidden[1:].unbind(0), strict=True):
            h = torch.baddbmm(step_drive, h, to_next, out=h_next).tanh_()
        return (hidden,), ()

    @staticmethod
    def reverse(
        gradients: Tensors, states: Tensors, kept: Tensors, weights: Tensors
    ) -> tuple[Tensor, Tensors, Tensors]:
        """Step by step through tanh, then through the weight."""
        (gradient,), (hidden,), (weight,) = gradients, states, weights
        slopes = 1 - hidden[1:].square()
        deltas = torch.empty_like(slopes)  # gradients of the drive, filled step by step
        d_h = gradient[-1]
        for slope, delta, gradient_before in last_first(slopes, deltas, gradient[:-1]):
            torch.mul(d_h, slope, out=delta)
            d_h = torch.baddbmm(gradient_before, delta, weight)
        return deltas, (d_h,), (weight_gradient(deltas, hidden[:-1]),)
