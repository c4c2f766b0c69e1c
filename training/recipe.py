"""Recipe: everything that decides a fit, as JSON in training/recipes/<name>.json.

The defaults are the procedure of Chung et al. 2014 (arXiv 1412.3555): RMSProp, weight noise 0.075,
gradient norm at most 1, early stopping on validation. What the paper leaves open (batch size,
patience, initial weights) is stated here.
"""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.card import NAME_PATTERN
from engine.cells import CELLS
from engine.errors import EngineError, InvalidValueError, UnknownNameError
from engine.heads import HEADS
from engine.representations import Representation
from engine.sequence_model import MAX_TRANSPOSITIONS
from engine.whole_file import write_whole
from training.settings import JointHead, Melodies, Memory, Optimiser, Regularisation, Settings

RECURRENT = [name for name, cell in CELLS.items() if cell.recurrence]
RECIPES = Path(__file__).resolve().parent / "recipes"
PARTS = {
    "optimiser": Optimiser,
    "regularisation": Regularisation,
    "memory": Memory,
    "joint_head": JointHead,
    "melody_memory": Melodies,
}
PAPER_UNITS = {  # hidden units that give each cell about the same number of recurrent weights
    "piano_roll": {"tanh": 100, "gru": 46, "lstm": 36},
    "waveform": {"tanh": 400, "gru": 227, "lstm": 195},
}
PAPER_HEADS: dict[str, dict[str, Any]] = {
    "piano_roll": {"name": "bernoulli"},
    "waveform": {"name": "gaussian_mixture", "num_components": 20},
}


class Recipe(Settings):
    """One fit.

    Args:
        name: of the checkpoint that it writes.
        corpus: a name, ``midi:PATH`` or ``audio:PATH``.
        cell: registry name of the recurrent cell.
        hidden_size: units a layer; None takes the paper's number for cell and representation.
        num_layers: recurrent layers on top of each other.
        memory: attention over the own past after each of them, or None.
        joint_head: for music, a joint distribution of a frame's notes; None takes the paper's head.
        residual: whether layers as wide as their input add to it.
        transpositions: notes are heard in every key within so many semitones: see NoteListMixture. The fit
            itself, and its validation, hear the written key alone, which is so many times as fast.
        melody_memory: how much a memory of the training pieces' melodies is believed, or None; ``remember``
            finds the numbers on validation.
        weights: what they are rounded to before they are scored and saved.
        max_epochs: passes over the training split at most.
        patience: epochs without a better validation likelihood after which to stop.
        keep: the weights of the epoch that is best on validation, or those of the last one, for rates that
            fall to nothing and mixtures whose validation is not that of the written key.
        seed: of initial weights, order of sequences, weight noise and a folder's split.
    """

    name: str = Field(pattern=NAME_PATTERN, max_length=80)
    corpus: str
    cell: str
    hidden_size: int | None = Field(default=None, ge=1, le=8_192)
    num_layers: int = Field(default=1, ge=1, le=16)
    memory: Memory | None = None
    joint_head: JointHead | None = None
    residual: bool = False
    transpositions: int = Field(default=0, ge=0, le=MAX_TRANSPOSITIONS)
    melody_memory: Melodies | None = None
    weights: Literal["float32", "float16"] = "float32"
    optimiser: Optimiser = Optimiser()
    regularisation: Regularisation = Regularisation()
    max_epochs: int = Field(default=500, ge=1)
    patience: int = Field(default=50, ge=1)
    keep: Literal["best", "last"] = "best"
    seed: int = Field(default=1, ge=0, le=2**31 - 1)

    def model_spec(self, representation: Representation) -> dict[str, Any]:
        """The spec for ``build_model`` with the sizes that the representation fixes.

        Raises:
            InvalidValueError: notes in frames that have none.
        """
        settings = (self.joint_head, self.transpositions, self.regularisation.transposition)
        of_notes = (*settings, self.melody_memory)
        if representation.name != "piano_roll" and any(of_notes):
            raise InvalidValueError(
                f"recipe {self.name!r}: joint_head, transpositions and melody_memory are for notes; "
                f"frames of {self.corpus} are {representation.name}: remove them"
            )
        units = self.hidden_size or PAPER_UNITS[representation.name].get(self.cell, 64)
        width = representation.frame_size * representation.context_frames
        spec = {
            "cells": self._cells(width, units),
            "head": self._head(representation, width, units),
            "context_frames": representation.context_frames,
        }
        options = {"residual": self.residual, "transpositions": self.transpositions}
        return {**spec, **{key: value for key, value in options.items() if value}}

    def _cells(self, width: int, units: int) -> list[dict[str, Any]]:
        cells = []
        for below in [width, *[units] * (self.num_layers - 1)]:
            cells.append({"name": self.cell, "input_size": below, "hidden_size": units})
            if self.memory:
                sizes = {"input_size": units, "hidden_size": units}
                cells.append({"name": "attention", **sizes, **self.memory.model_dump()})
        return cells

    def _head(self, representation: Representation, width: int, units: int) -> dict[str, Any]:
        head = PAPER_HEADS[representation.name]
        if self.joint_head:
            head = {"name": "note_list", **self.joint_head.model_dump(), "input_size": width}
        head = {**head, "hidden_size": units}
        for key in inspect.signature(HEADS[head["name"]]).parameters:
            if key not in head and hasattr(representation, key):
                head[key] = getattr(representation, key)
        return head


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
    if recipe.cell not in RECURRENT:
        raise UnknownNameError("cell", recipe.cell, RECURRENT)
    return recipe


def _sentence(problem: Mapping[str, Any]) -> EngineError:
    """What pydantic found first, as an error for people."""
    place = ".".join(str(part) for part in problem["loc"]) or "the whole"
    if problem["type"] == "extra_forbidden":
        part = PARTS[problem["loc"][0]] if len(problem["loc"]) > 1 else Recipe
        known = part.model_fields
        return UnknownNameError("recipe key", problem["loc"][-1], known)
    if place == "name" and problem["type"] == "string_pattern_mismatch":
        return InvalidValueError(
            f"recipe: name {problem['input']!r} must be lower-case letters and digits, "
            "with single - or _ between"
        )
    given = "" if problem["type"] == "missing" else f" (given: {problem['input']!r})"
    return InvalidValueError(f"recipe: {place}: {problem['msg'].lower()}{given}")
