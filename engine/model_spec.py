"""Model spec: from what a card says of a model to the model, with zero weights."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.cells import CELLS
from engine.errors import InvalidValueError
from engine.heads import HEADS
from engine.melody_memory import Belief, MelodyMemory
from engine.registry import build
from engine.reminded_model import RemindedModel
from engine.sequence_model import SequenceModel

OF_STACK = ("context_frames", "residual", "transpositions")
OPTIONS = (*OF_STACK, "melody_memory")  # of a model, beside its parts


def build_model(spec: Mapping[str, Any]) -> SequenceModel:
    """From ``{"cells": [spec, …], "head": spec, "context_frames": n}`` to a model with zero weights.

    ``"residual": true``, ``"transpositions": n`` and ``"melody_memory": {…}`` (a RemindedModel) may stand
    beside them.

    Raises:
        EngineError: an unknown name or key, or sizes that do not fit.
    """
    unknown = set(spec) - {"cells", "head", *OPTIONS}
    if unknown or not isinstance(spec.get("cells"), list) or "head" not in spec:
        raise InvalidValueError(
            f"a model spec holds 'cells' (a list), 'head', {', '.join(map(repr, OPTIONS))} and nothing else"
        )
    if not isinstance(spec.get("residual", False), bool):
        raise InvalidValueError(f"residual={spec['residual']!r} must be true or false")
    cells = [build("cell", CELLS, cell) for cell in spec["cells"]]
    options = {key: spec[key] for key in OF_STACK if key in spec}
    model = SequenceModel(cells, build("head", HEADS, spec["head"]), **options)
    if "melody_memory" not in spec:
        return model
    return RemindedModel(model, _melody_memory(spec["melody_memory"], model.frame_size))


def _melody_memory(spec: Any, num_pitches: int) -> MelodyMemory:
    keys = {"num_places", *(each.name for each in fields(Belief))}
    if not isinstance(spec, Mapping) or set(spec) != keys:
        raise InvalidValueError(f"melody_memory holds {', '.join(sorted(keys))} and nothing else")
    numbers = {key: value for key, value in spec.items() if key != "num_places"}
    return MelodyMemory(num_pitches, spec["num_places"], Belief(**numbers))
