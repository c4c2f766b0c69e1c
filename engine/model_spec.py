"""Model spec: from what a card says of a model to the model, with zero weights."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.cells import CELLS
from engine.ensemble import MAX_MEMBERS, Ensemble
from engine.errors import InvalidValueError
from engine.heads import HEADS
from engine.melody_memory import Belief, MelodyMemory
from engine.registry import build
from engine.reminded_model import RemindedModel
from engine.sequence_model import SequenceModel

OF_MEMBERS = ("context_frames", "residual", "transpositions")
OPTIONS = (*OF_MEMBERS, "members", "melody_memory")  # of a model, beside its parts


def build_model(spec: Mapping[str, Any]) -> SequenceModel:
    """From ``{"cells": [spec, …], "head": spec, "context_frames": n}`` to a model with zero weights.

    ``"residual": true``, ``"transpositions": n``, ``"members": n`` (an Ensemble) and ``"melody_memory":
    {…}`` (a RemindedModel) may stand beside them.

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
    members = spec.get("members", 1)
    if not isinstance(members, int) or not 1 <= members <= MAX_MEMBERS:
        raise InvalidValueError(f"members={members!r} must be from 1 to {MAX_MEMBERS}")
    model = _member(spec) if members == 1 else Ensemble([_member(spec) for _ in range(members)])
    if "melody_memory" not in spec:
        return model
    return RemindedModel(model, _melody_memory(spec["melody_memory"], model.frame_size))


def _member(spec: Mapping[str, Any]) -> SequenceModel:
    cells = [build("cell", CELLS, cell) for cell in spec["cells"]]
    options = {key: spec[key] for key in OF_MEMBERS if key in spec}
    return SequenceModel(cells, build("head", HEADS, spec["head"]), **options)


def _melody_memory(spec: Any, num_pitches: int) -> MelodyMemory:
    keys = {"num_places", *(each.name for each in fields(Belief))}
    if not isinstance(spec, Mapping) or set(spec) != keys:
        raise InvalidValueError(f"melody_memory holds {', '.join(sorted(keys))} and nothing else")
    numbers = {key: value for key, value in spec.items() if key != "num_places"}
    return MelodyMemory(num_pitches, spec["num_places"], Belief(**numbers))
