"""Grown: a network that begins with the weights of another, which was told less, or which is larger.

What it is newly told besides its frames has weights of 0, so that at first it expects what the other did.
Attention weights for moments farther back than it attends to are dropped; its head keeps the units that
weigh most.
"""

import torch
from torch import Tensor

from engine.errors import InvalidValueError
from engine.heads import NoteListHead
from engine.models import Stack

UNITS_FIRST = ("hidden_weight", "input_weight", "unit_bias")  # weights of a note list, a row for each unit
UNITS_LAST = ("above", "intervals", "last", "to_logits")  # a column for each unit
UNITS_OUT = ("intervals", "to_logits")  # what its units put out passes through these


@torch.no_grad()
def begin_with(network: Stack, other: Stack) -> None:
    """Give a network the weights of another.

    Raises:
        InvalidValueError: they differ in more than what they are told, how far they attend, and the units of
            the head.
    """
    weights = {name: value.detach().float() for name, value in other.named_parameters()}
    if isinstance(network.head, NoteListHead) and isinstance(other.head, NoteListHead):
        weights |= _strongest(other.head, network.head.num_units)
    parameters = dict(network.named_parameters())
    if parameters.keys() != weights.keys():
        name = min(parameters.keys() ^ weights.keys())
        raise InvalidValueError(
            f"a fit begins with a network of the same parts: only one of the two has {name}"
        )
    num_told = network.told.num_inputs - other.told.num_inputs
    laid = {name: _laid(name, weights[name], value, num_told) for name, value in parameters.items()}
    for name, value in parameters.items():
        value.copy_(laid[name])


def _strongest(head: NoteListHead, count: int) -> dict[str, Tensor]:
    """The weights of the head's ``count`` weightiest units: norm of what they read times what they say."""
    own = {name: value.detach().float() for name, value in head.named_parameters()}
    said = sum(own[name].square().sum(0) for name in UNITS_OUT if name in own)
    weight = said.sqrt() * own["hidden_weight"].square().sum(1).sqrt()
    kept = weight.argsort(descending=True)[:count].sort().values
    parts = {name: own[name][kept] for name in UNITS_FIRST}
    parts |= {name: own[name][:, kept] for name in UNITS_LAST if name in own}
    return {f"head.{name}": value for name, value in parts.items()}


def _laid(name: str, old: Tensor, new: Tensor, num_told: int) -> Tensor:
    """``old`` in the shape of ``new``: what is told comes before what was read, far moments at the end."""
    if old.shape == new.shape:
        return old
    if old.ndim == new.ndim == 2 and len(old) == len(new):
        if name.endswith("distance_bias") and new.shape[1] < old.shape[1]:
            return old[:, : new.shape[1]]
        if name.endswith("input_weight") and new.shape[1] - old.shape[1] == num_told > 0:
            return torch.cat((old.new_zeros(len(old), num_told), old), 1)
    raise InvalidValueError(
        f"a fit begins with a network of its own widths: {name} is {' x '.join(map(str, new.shape))} here "
        f"and {' x '.join(map(str, old.shape))} there"
    )
