"""Ablation: what a joint head, a cell and a memory are each worth, at equal numbers of parameters.

Two heads, three cells, with attention over the own past or without: twelve models a corpus, each as wide as
the budget of parameters allows, all fitted alike for the same epochs: a series whose
results are in training/results/ablation.
"""

from itertools import product
from typing import Any

from engine.models import build_model
from engine.representations import PianoRoll
from training.fitting import Recipe, make_recipe
from training.paper import CELLS
from training.searching.results import RESULTS

ABLATION = RESULTS / "ablation"
MAX_EPOCHS = {"jsb_chorales": 120, "nottingham": 20}
HEADS = ("bernoulli", "note_list")
MEMORIES = ("none", "attention")
MAX_PARAMETERS = 200_000
NUM_HEADS = 4  # of attention; the units are a multiple of it
LIST_UNITS = 128
OPTIMISER = {
    "method": "adamw",
    "learning_rate": 1e-3,
    "warm_up": 50,
    "final_share": 0.01,
    "decay": 0.98,
    "momentum": 0.9,
    "weight_decay": 0.01,
    "batch_size": 8,
    "chunk_frames": 256,
    "weight_noise": 0.0,
    "max_gradient_norm": 100.0,
}
REGULARISATION = {"dropout": 0.2, "averaging": 0.99}


def ablation_recipes(corpora: tuple[str, ...] = tuple(MAX_EPOCHS)) -> list[Recipe]:
    """All models of these corpora."""
    every = product(corpora, HEADS, CELLS, MEMORIES)
    return [ablation_recipe(corpus, head, cell, memory) for corpus, head, cell, memory in every]


def ablation_recipe(corpus: str, head: str, cell: str, memory: str) -> Recipe:
    """One model, as wide as may be."""

    def recipe_of(units: int) -> Recipe:
        return make_recipe({
            "name": f"{corpus}-{head}-{cell}-{memory}",
            "corpus": corpus,
            "model": _model(head, cell, memory, units),
            "optimiser": OPTIMISER,
            "regularisation": REGULARISATION,
            "max_epochs": MAX_EPOCHS[corpus],
            "patience": MAX_EPOCHS[corpus],
        })  # fmt: skip

    units = NUM_HEADS
    while num_parameters(recipe_of(units + NUM_HEADS)) <= MAX_PARAMETERS:
        units += NUM_HEADS
    return recipe_of(units)


def _model(head: str, cell: str, memory: str, units: int) -> dict[str, Any]:
    cells = [{"name": cell, "hidden_size": units}]
    if memory == "attention":
        cells.append({"name": memory, "hidden_size": units, "num_heads": NUM_HEADS, "window": 512})
    heads = {
        "bernoulli": {"name": "bernoulli"},
        "note_list": {"name": "note_list", "num_units": LIST_UNITS, "reach": 0},
    }
    return {"cells": cells, "head": heads[head], "residual": True}


def num_parameters(recipe: Recipe) -> int:
    """Of a model of 88 pitches."""
    return build_model(recipe.model_spec(PianoRoll(21, 88, 2))).num_parameters()
