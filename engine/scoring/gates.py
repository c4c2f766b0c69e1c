"""Gates: how far the gates of a network's cells are open, unit by unit, while it reads a piece.

Conventions
    open    from 0, which lets nothing through, to 1, which lets all through
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float32
from torch import Tensor

from engine.cells import Cell, State
from engine.errors import InvalidValueError
from engine.models import Model


@dataclass(frozen=True)
class Gate:
    """One kind of gate in one layer.

    Args:
        layer: number of the cell; 1 is the lowest.
        name: as the cell calls it: reset, update, forget …
    """

    layer: int
    name: str


def gates_of(model: Model) -> list[Gate]:
    """All gates of a model's network, the lowest layer's first; an empty list if its cells have none."""
    layers = enumerate(model.network.cells, 1)
    return [Gate(layer, name) for layer, cell in layers for name in cell.gate_names]


@torch.no_grad()
def opened(model: Model, gate: Gate, frames: Float32[Tensor, "time event"]) -> Float32[Tensor, "unit time"]:
    """How far a gate is open as each frame is predicted, 0 to 1; units whose gate varies most come first.

    A network that reads pieces in several keys reads this one only as it is written.

    Raises:
        InvalidValueError: the network has no such gate.
    """
    network = model.network
    if gate not in gates_of(model):
        raise InvalidValueError(f"the network has no {gate.name} gate in layer {gate.layer}")
    openings: list[Tensor] = []

    def watch(place: int, xs: Tensor, start: State) -> None:
        if place == gate.layer - 1:
            openings.append(_walk(network.cells[place], gate.name, xs, start))

    network.read(frames.unsqueeze(0), watch=watch)
    (opening,) = openings
    return opening[opening.var(1, unbiased=False).argsort(descending=True, stable=True)]


def _walk(cell: Cell, name: str, xs: Tensor, state: State) -> Tensor:
    """The gate's opening at each step of the first sequence, shape (unit, time)."""
    place, steps = cell.gate_names.index(name), []
    for drive in cell.drive(xs).unbind(1):
        steps.append(cell.gates(drive, state)[place][0])
        state = cell.advance(drive, state)
    return torch.stack(steps, 1)
