"""Recipe: everything that decides a fit, as JSON in training/recipes/<name>.json.

The defaults are the procedure of Chung et al. 2014 (arXiv 1412.3555): RMSProp, weight noise 0.075,
gradient norm at most 1, early stopping on validation. What the paper leaves open (batch size,
patience, initial weights) is stated here.
"""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.cells import CELLS
from engine.checkpoint import NAME_PATTERN
from engine.errors import EngineError, InvalidValueError, UnknownNameError
from engine.heads import HEADS
from engine.representations import Representation
from engine.whole_file import write_whole

RECIPES = Path(__file__).resolve().parent / "recipes"
PAPER_UNITS = {  # hidden units that give each cell about the same number of recurrent weights
    "piano_roll": {"tanh": 100, "gru": 46, "lstm": 36},
    "waveform": {"tanh": 400, "gru": 227, "lstm": 195},
}
PAPER_HEADS: dict[str, dict[str, Any]] = {
    "piano_roll": {"name": "bernoulli"},
    "waveform": {"name": "gaussian_mixture", "num_components": 20},
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Optimiser(_Strict):
    """RMSProp on the mean over the batch of each sequence's summed NLL.

    Args:
        learning_rate: step size of RMSProp, at the first update.
        final_share: what is left of it at the end of max_epochs; it falls linearly. 1 keeps it as it is.
        decay: of RMSProp's running mean of squared gradients.
        epsilon: added to its root, so that a weight with small gradients takes small steps.
        momentum: share of the step before that each step keeps.
        batch_size: sequences an update.
        chunk_frames: gradients reach back over so many frames and no further, a step of the optimiser
            for each; None for whole sequences.
        weight_noise: standard deviation of the noise on the recurrent layers' weights.
        max_gradient_norm: longer gradients are shortened to this.
    """

    learning_rate: float = Field(default=1e-3, gt=0)
    final_share: float = Field(default=1.0, gt=0, le=1)
    decay: float = Field(default=0.9, ge=0, lt=1)
    epsilon: float = Field(default=1e-8, gt=0)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    batch_size: int = Field(default=16, ge=1)
    chunk_frames: int | None = Field(default=None, ge=1)
    weight_noise: float = Field(default=0.075, ge=0)
    max_gradient_norm: float = Field(default=1.0, gt=0)


class Recipe(_Strict):
    """One fit.

    Args:
        name: of the checkpoint that it writes.
        corpus: a name, ``midi:PATH`` or ``audio:PATH``.
        cell: registry name of the recurrent cell.
        hidden_size: units a layer; None takes the paper's number for cell and representation.
        num_layers: recurrent layers on top of each other.
        max_epochs: passes over the training split at most.
        patience: epochs without a better validation likelihood after which to stop.
        seed: of initial weights, order of sequences, weight noise and a folder's split.
    """

    name: str = Field(pattern=NAME_PATTERN, max_length=80)
    corpus: str
    cell: str
    hidden_size: int | None = Field(default=None, ge=1, le=8_192)
    num_layers: int = Field(default=1, ge=1, le=16)
    optimiser: Optimiser = Optimiser()
    max_epochs: int = Field(default=500, ge=1)
    patience: int = Field(default=50, ge=1)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)

    def model_spec(self, representation: Representation) -> dict[str, Any]:
        """The spec for ``build_model`` with the sizes that the representation fixes."""
        units = self.hidden_size or PAPER_UNITS[representation.name].get(self.cell, 64)
        width = representation.frame_size * representation.context_frames
        widths = [width, *[units] * self.num_layers]
        cells = [
            {"name": self.cell, "input_size": below, "hidden_size": units}
            for below in widths[: self.num_layers]
        ]
        head = {**PAPER_HEADS[representation.name], "hidden_size": units}
        for key in inspect.signature(HEADS[head["name"]]).parameters:
            if key not in head and hasattr(representation, key):
                head[key] = getattr(representation, key)
        return {"cells": cells, "head": head, "context_frames": representation.context_frames}


def recipe_names(folder: Path = RECIPES) -> list[str]:
    """Names of the recipes in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.json"))


def read_recipe(name: str, folder: Path = RECIPES) -> Recipe:
    """A recipe by name, or from a path that ends in .json.

    Raises:
        UnknownNameError: no such recipe, or a key or the cell in it is not known.
        InvalidValueError: it is not valid JSON, or lacks a key, or a value is out of range.
    """
    path = Path(name) if name.endswith(".json") else folder / f"{name}.json"
    try:
        if not path.is_file():
            raise UnknownNameError("recipe", name, recipe_names(folder))
        return make_recipe(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"recipe {path} is not valid JSON ({error}); mend the file") from None
    except OSError as error:
        raise InvalidValueError(f"recipe {path} cannot be read ({error.strerror})") from None


def write_recipe(recipe: Recipe, folder: Path = RECIPES) -> None:
    """Write or replace a recipe's file.

    Raises:
        EngineError: the disk refuses.
    """
    write_whole(folder / f"{recipe.name}.json", (recipe.model_dump_json(indent=2) + "\n").encode())


def make_recipe(values: object) -> Recipe:
    """A recipe from plain values, an object as JSON has it.

    Raises:
        UnknownNameError: a key or the cell is not known.
        InvalidValueError: a key is missing, or a value out of range.
    """
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise _sentence(error.errors()[0]) from None
    if recipe.cell not in CELLS:
        raise UnknownNameError("cell", recipe.cell, CELLS)
    return recipe


def _sentence(problem: Mapping[str, Any]) -> EngineError:
    """What pydantic found first, as an error for people."""
    place = ".".join(str(part) for part in problem["loc"]) or "the whole"
    if problem["type"] == "extra_forbidden":
        known = Recipe.model_fields if len(problem["loc"]) == 1 else Optimiser.model_fields
        return UnknownNameError("recipe key", problem["loc"][-1], known)
    if place == "name" and problem["type"] == "string_pattern_mismatch":
        return InvalidValueError(
            f"recipe: name {problem['input']!r} must be lower-case letters and digits, "
            "with single - or _ between"
        )
    given = "" if problem["type"] == "missing" else f" (given: {problem['input']!r})"
    return InvalidValueError(f"recipe: {place}: {problem['msg'].lower()}{given}")
