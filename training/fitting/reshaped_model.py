"""Reshaped model: a recipe's model with another cell, width or number of layers, as command lines ask for.

Conventions
    layer   the first cell, and whatever is between it and the next of its kind, such as attention
"""

from typing import Any

from training.fitting.recipe import MAX_UNITS, check_size
from training.paper import models_of, paper_model

MAX_RECURRENT_LAYERS = 16
Spec = dict[str, Any]  # as in a recipe


def of_corpus(model: Spec, before: str, now: str) -> Spec:
    """The model for frames of another representation: the paper's model becomes the paper's for those.

    A model that is not the paper's is kept. ``before`` and ``now`` name the representations.
    """
    first = model["cells"][0]["name"]
    is_papers = before != now and model["head"] == models_of(before).head
    if not is_papers:
        return model
    units = model["cells"][0]["hidden_size"]
    kept = None if units == models_of(before).units.get(first) else units
    return paper_model(first, now, kept, len(model["cells"]))


def with_cell(model: Spec, cell: str, representation: str) -> Spec:
    """The model with another cell in the place of the first one and of all others of its kind.

    It is as wide as in the paper if the old one was as wide as in the paper, else as wide as the old one.
    """
    units, first = models_of(representation).units, model["cells"][0]["name"]

    def exchanged(spec: dict[str, Any]) -> dict[str, Any]:
        if spec["name"] != first:
            return spec
        is_papers = spec["hidden_size"] == units.get(first)
        (papers,) = paper_model(cell, representation)["cells"]
        return {"name": cell, "hidden_size": papers["hidden_size"] if is_papers else spec["hidden_size"]}

    return {**model, "cells": [exchanged(spec) for spec in model["cells"]]}


def with_units(model: Spec, units: int) -> Spec:
    """All cells of this width; raises InvalidValueError if it is out of range."""
    check_size("hidden_size", units, MAX_UNITS)
    return {**model, "cells": [{**spec, "hidden_size": units} for spec in model["cells"]]}


def with_layers(model: Spec, count: int) -> Spec:
    """``count`` layers like the first; raises InvalidValueError if that is out of range."""
    check_size("num_layers", count, MAX_RECURRENT_LAYERS)
    cells = model["cells"]
    starts = [place for place, spec in enumerate(cells) if spec["name"] == cells[0]["name"]]
    layer = cells[: starts[1]] if len(starts) > 1 else cells
    return {**model, "cells": [dict(spec) for _ in range(count) for spec in layer]}
