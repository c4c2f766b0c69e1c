"""Ablation: what a joint head, a cell and a memory are each worth, at equal numbers of parameters.

Two heads, three cells, with attention over the piece's own past or without: twelve models a corpus, each as
wide as the budget of parameters allows, all fitted alike for the same epochs. The results of this series are
in training/results/ablation.
"""

from itertools import product
from typing import Any

from engine.models import build_model
from engine.representations import PianoRoll
from training.fitting import Recipe, make_recipe
from training.paper import PAPER_CELLS
from training.searching.results import SEARCH_RESULTS

ABLATION_RESULTS = SEARCH_RESULTS / "ablation"
ABLATION_EPOCHS = {"jsb_chorales": 120, "nottingham": 20}
ABLATION_HEADS = ("bernoulli", "note_list")
ABLATION_MEMORIES = ("none", "attention")
MAX_ABLATION_PARAMETERS = 200_000
NUM_ATTENTION_HEADS = 4  # of attention; the units are a multiple of it
NUM_LIST_UNITS = 128
ABLATION_OPTIMISER = {
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
ABLATION_REGULARISATION = {"dropout": 0.2, "averaging": 0.99}


def ablation_recipes(corpora: tuple[str, ...] = tuple(ABLATION_EPOCHS)) -> list[Recipe]:
    """The recipes of all models of these corpora."""
    every = product(corpora, ABLATION_HEADS, PAPER_CELLS, ABLATION_MEMORIES)
    return [ablation_recipe(corpus, head, cell, memory) for corpus, head, cell, memory in every]


def ablation_recipe(corpus: str, head: str, cell: str, memory: str) -> Recipe:
    """The recipe of one model, as wide as the budget allows."""

    def recipe_of(units: int) -> Recipe:
        return make_recipe({
            "name": f"{corpus}-{head}-{cell}-{memory}",
            "corpus": corpus,
            "model": _model(head, cell, memory, units),
            "optimiser": ABLATION_OPTIMISER,
            "regularisation": ABLATION_REGULARISATION,
            "max_epochs": ABLATION_EPOCHS[corpus],
            "patience": ABLATION_EPOCHS[corpus],
        })  # fmt: skip

    units = NUM_ATTENTION_HEADS
    while num_parameters(recipe_of(units + NUM_ATTENTION_HEADS)) <= MAX_ABLATION_PARAMETERS:
        units += NUM_ATTENTION_HEADS
    return recipe_of(units)


def _model(head: str, cell: str, memory: str, units: int) -> dict[str, Any]:
    cells = [{"name": cell, "hidden_size": units}]
    if memory == "attention":
        cells.append({"name": memory, "hidden_size": units, "num_heads": NUM_ATTENTION_HEADS, "window": 512})
    heads = {
        "bernoulli": {"name": "bernoulli"},
        "note_list": {"name": "note_list", "num_units": NUM_LIST_UNITS, "reach": 0},
    }
    return {"cells": cells, "head": heads[head], "residual": True}


def num_parameters(recipe: Recipe) -> int:
    """How many parameters the recipe's model of 88 pitches has."""
    return build_model(recipe.model_spec(PianoRoll(21, 88, 2))).num_parameters()
