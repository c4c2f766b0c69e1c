"""Recurrence: all steps of an unroll as one operation whose gradient is written by hand.

Autograd would record and retrace every small product of every step; here the backward pass does step by
step only what it must, and the gradient of each weight is computed once, from all steps together. All
tensors have an axis of members: a population of cells of one shape, each with different weights (made by
``torch.func.vmap`` over a cell's unroll), costs less than its cells one after another (training/LOG.md).

Conventions inside a Recurrence; ``run_steps`` takes and gives tensors as a cell has them, without members
    drive     shape (time, member, batch, n), n as the cell's drive has it
    start     one tensor for each part of the state, (member, batch, hidden)
    states    one tensor for each part of the state, (time + 1, member, batch, hidden): at the start, then
              after each step
    weights   each (member, …), otherwise as the cell keeps them
    kept      what the backward pass needs besides the states, each (time, member, …)
"""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

Tensors = tuple[Tensor, ...]


class Recurrence(ABC):
    """What a cell does from step to step, and its gradient; only the class is used, never an object."""

    @staticmethod
    @abstractmethod
    def run(drive: Tensor, start: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """Do all steps; returns the states, and what to keep. It may overwrite ``drive``."""

    @staticmethod
    @abstractmethod
    def reverse(
        gradients: Tensors, states: Tensors, kept: Tensors, weights: Tensors
    ) -> tuple[Tensor, Tensors, Tensors]:
        """Turn the gradients of the states into those of drive, start and weights; it overwrites nothing."""


class _Steps(torch.autograd.Function):
    """A Recurrence as an operation of autograd; vmap's axis is merged with the axis of members.

    After ``drive`` it is given the start, in ``num_parts`` tensors, then the weights.
    """

    @staticmethod
    def forward(recurrence: type[Recurrence], num_parts: int, drive: Tensor, *given: Tensor) -> Tensors:
        states, kept = recurrence.run(
            drive.clone(memory_format=torch.contiguous_format), given[:num_parts], given[num_parts:]
        )
        return (*states, *kept)

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple[Any, ...], output: Tensors) -> None:
        ctx.recurrence, ctx.num_parts, _, *given = inputs
        ctx.mark_non_differentiable(*output[ctx.num_parts :])
        ctx.save_for_backward(*given[ctx.num_parts :], *output)
        ctx.num_weights = len(given) - ctx.num_parts

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        weights, outputs = ctx.saved_tensors[: ctx.num_weights], ctx.saved_tensors[ctx.num_weights :]
        states, kept = outputs[: ctx.num_parts], outputs[ctx.num_parts :]
        d_drive, d_start, d_weights = ctx.recurrence.reverse(
            gradients[: ctx.num_parts], states, kept, weights
        )
        return (None, None, d_drive, *d_start, *d_weights)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> tuple[Tensors, tuple[int, ...]]:
        recurrence, num_parts, drive, *given = inputs
        drive = _join(drive, in_dims[2], info.batch_size, axis=1)
        given = [
            _join(value, dim, info.batch_size, axis=0) for value, dim in zip(given, in_dims[3:], strict=True)
        ]
        outputs = _Steps.apply(recurrence, num_parts, drive, *given)
        return tuple(output.unflatten(1, (info.batch_size, -1)) for output in outputs), (1,) * len(outputs)


def _join(value: Tensor, dim: int | None, size: int, axis: int) -> Tensor:
    """Merge vmap's axis with the axis of members; a value without vmap's axis is repeated along it."""
    if dim is None:
        value = value.unsqueeze(axis).expand(*value.shape[:axis], size, *value.shape[axis:])
    else:
        value = value.movedim(dim, axis)
    return value.flatten(axis, axis + 1)


def run_steps(
    recurrence: type[Recurrence], drive: Tensor, start: Tensors, weights: Tensors
) -> tuple[Tensor, Tensors]:
    """Unroll one cell.

    Args:
        drive: shape (batch, time, n), at least one step.
        start: the state before the first step, each part (batch, hidden).
        weights: those that each step reads (the cell's ``recurrent_names``), in that order.

    Returns:
        The output h of every step, (batch, time, hidden), and the state after the last.
    """
    given = (value.unsqueeze(0) for value in (*start, *weights))
    outputs = _Steps.apply(recurrence, len(start), drive.transpose(0, 1).unsqueeze(1), *given)
    states = [part[:, 0] for part in outputs[: len(start)]]
    hidden = states[0][1:].transpose(0, 1).contiguous()  # contiguous, or a product with it goes row by row
    return hidden, tuple(part[-1] for part in states)


def weight_gradient(delta: Tensor, read: Tensor) -> Tensor:
    """The gradient of a weight: outer products summed over time and batch.

    Args:
        delta: the gradient with respect to the pre-activation, (time, member, batch, out).
        read: what the weight was multiplied by, (time, member, batch, in).

    Returns:
        Shape (member, out, in).
    """
    return torch.bmm(by_member(delta).transpose(1, 2), by_member(read))


def by_member(values: Tensor) -> Tensor:
    """(time, member, batch, n) to (member, time * batch, n)."""
    return values.transpose(0, 1).flatten(1, 2)


def last_first(*values: Tensor) -> list[Tensors]:
    """For each time step, the last first: that step's entries of all values."""
    return list(zip(*(value.unbind(0)[::-1] for value in values), strict=True))
