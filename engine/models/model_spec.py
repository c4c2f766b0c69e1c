"""Model spec: builds a model, with zero weights, from its description in a card or a recipe.

    card     {"cells": [spec, …], "head": spec, "context_frames": n}, with all sizes
    recipe   the same without the sizes that follow from the frames, which ``with_sizes`` fills in

Both may also have ``"residual": true`` and ``"gain_floor": x`` (Stack), ``"clock": [n, …]`` and
``"told_keys": n`` (Told), ``"transpositions": n`` (Transposed), ``"melody_memory": {…}`` (Reminded) and
``"copy_memory": {…}`` (Copying).
"""

import inspect
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.cells import CELLS
from engine.errors import InvalidValueError, UnknownNameError
from engine.heads import HEADS
from engine.models.copy_memory import CopyMemory
from engine.models.copying import Copying
from engine.models.melody_memory import Belief, MelodyMemory
from engine.models.model import Model
from engine.models.reminded import Reminded
from engine.models.stack import Stack
from engine.models.told import Told
from engine.models.transposed import Transposed
from engine.registry import build
from engine.representations import Representation

STACK_OPTIONS = ("context_frames", "residual", "gain_floor")
# all keys of a spec besides the cells and the head
MODEL_OPTIONS = (*STACK_OPTIONS, "clock", "told_keys", "transpositions", "melody_memory", "copy_memory")


def build_model(spec: Mapping[str, Any]) -> Model:
    """A model with zero weights, from a spec with all sizes.

    Raises:
        EngineError: an unknown name or key, or sizes that do not fit.
    """
    check_keys(spec)
    if not isinstance(spec.get("residual", False), bool):
        raise InvalidValueError(f"residual={spec['residual']!r} must be true or false")
    cells = [build("cell", CELLS, cell) for cell in spec["cells"]]
    options = {key: spec[key] for key in STACK_OPTIONS if key in spec}
    told = Told(spec.get("clock", ()), spec.get("told_keys", 0))
    model = Stack(cells, build("head", HEADS, spec["head"]), told=told, **options)
    if spec.get("transpositions", 0) != 0:
        model = Transposed(model, spec["transpositions"])
    if "melody_memory" in spec:
        model = Reminded(model, _melody_memory(spec["melody_memory"], model.frame_size))
    if "copy_memory" in spec:
        model = Copying(model, CopyMemory.of(spec["copy_memory"], model.frame_size))
    return model


def check_keys(spec: Mapping[str, Any]) -> None:
    """Refuse a spec whose keys are not those of a model.

    Raises:
        InvalidValueError: a key is unknown, or cells or head are missing.
    """
    unknown = set(spec) - {"cells", "head", *MODEL_OPTIONS}
    if unknown or not isinstance(spec.get("cells"), list) or "head" not in spec:
        raise InvalidValueError(
            "a model spec holds 'cells' (a list), 'head', "
            f"{', '.join(map(repr, MODEL_OPTIONS))} and nothing else"
        )


def check_names(spec: Mapping[str, Any]) -> None:
    """Refuse a spec that names a cell or a head that does not exist, whatever its sizes.

    Raises:
        EngineError: a name is unknown or missing, or the spec's keys are not those of a model.
    """
    check_keys(spec)
    parts = [*(("cell", CELLS, cell) for cell in spec["cells"]), ("head", HEADS, spec["head"])]
    for kind, registry, part in parts:
        if not isinstance(part, Mapping) or not isinstance(part.get("name"), str):
            raise InvalidValueError(f"a {kind} needs a 'name', one of: {', '.join(sorted(registry))}")
        if part["name"] not in registry:
            raise UnknownNameError(kind, part["name"], registry)


def with_sizes(
    spec: Mapping[str, Any], representation: Representation, num_places: int = 0
) -> dict[str, Any]:
    """A recipe's spec with the sizes that follow from the frames: what cards keep and ``build_model`` reads.

    The first cell reads as many frames as the recipe says, every other cell the output of the cell below.
    Parameters of the head that the recipe leaves out are taken from the representation.

    Args:
        num_places: frames of all training pieces together, for a model that keeps their melodies.

    Raises:
        EngineError: a name is unknown, or the head is for another kind of frames.
    """
    check_names(spec)
    told = Told(spec.get("clock", ()), spec.get("told_keys", 0))
    context = spec.get("context_frames", representation.context_frames)
    width = representation.frame_size * context + told.num_inputs
    below = width + bool(spec.get("gain_floor", 0.0))
    cells = []
    for cell in spec["cells"]:
        cells.append({"name": cell["name"], "input_size": below, **cell})
        below = cell.get("hidden_size", below)
    head = {**spec["head"]}
    kind = HEADS[head["name"]]
    if kind.events != representation.events:
        fitting = ", ".join(name for name, choice in HEADS.items() if choice.events == representation.events)
        raise InvalidValueError(
            f"the head {head['name']!r} is for {kind.events}, and these frames hold "
            f"{representation.events}: choose another ({fitting})"
        )
    known = {"hidden_size": below, "input_size": width}
    for key in inspect.signature(kind).parameters:
        if key not in head and (key in known or hasattr(representation, key)):
            head[key] = known[key] if key in known else getattr(representation, key)
    whole = {"cells": cells, "head": head, "context_frames": context}
    whole |= {key: value for key, value in spec.items() if key not in whole}
    if "melody_memory" in whole:
        whole["melody_memory"] = {"num_places": num_places, **whole["melody_memory"]}
    return whole


def _melody_memory(spec: Any, num_pitches: int) -> MelodyMemory:
    keys = {"num_places", *(field.name for field in fields(Belief))}
    if not isinstance(spec, Mapping) or set(spec) != keys:
        raise InvalidValueError(f"melody_memory holds {', '.join(sorted(keys))} and nothing else")
    numbers = {key: value for key, value in spec.items() if key != "num_places"}
    return MelodyMemory(num_pitches, spec["num_places"], Belief(**numbers))
