"""Tiny corpora and recipes that fit in seconds."""

import hashlib
from pathlib import Path

import numpy as np
import torch

from engine.cells import CELLS
from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import save, weight_bytes
from engine.models.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from engine.sound.audio import Audio
from tests.engine.small_models import spec_of
from training.corpora import SPLITS, Corpus, CorpusData
from training.fitting.fit import Fit, FitOptions
from training.fitting.recipe import Recipe, make_recipe
from training.paper import models_of

LIST_HEAD = {"name": "note_list", "num_units": 9}


class TinyCorpus(Corpus):
    """Data that somebody made, as a corpus."""

    title, description, homepage = "Tiny", "made in a test", "nowhere"
    licence, citation = "none needed", "nobody"

    def __init__(self, data: CorpusData, name: str = "tiny"):
        self.data, self.name = data, name

    def load(self) -> CorpusData:
        return self.data


def music(sizes: tuple[int, int, int] = (12, 4, 4), seed: int = 5) -> CorpusData:
    """Two chords that alternate, with some wrong notes, in pieces of 1 to 12 frames."""
    rng = np.random.default_rng(seed)
    chords = np.zeros((2, 88), np.float32)
    chords[0, [39, 43, 46]] = chords[1, [41, 44, 48]] = 1

    def piece(length: int) -> torch.Tensor:
        frames = chords[np.arange(length) % 2]
        wrong = rng.random(frames.shape) < 0.01
        return torch.from_numpy(np.where(wrong, 1 - frames, frames))

    splits = {
        split: [piece(1 + (5 * index + 2) % 12) for index in range(size)]
        for split, size in zip(SPLITS, sizes, strict=True)
    }
    return CorpusData(PianoRoll(21, 88, 2), splits)


def speech(sizes: tuple[int, int, int] = (6, 3, 3), seed: int = 5) -> CorpusData:
    """Sines of 16-bit integers, some so loud that they clip at both ends."""
    rng = np.random.default_rng(seed)
    representation = Waveform(8_000, mean=0.001, scale=0.3)

    def window(index: int) -> torch.Tensor:
        phase = 2 * np.pi * rng.random() + np.arange(60) / rng.uniform(4, 20)
        integers = np.clip(np.round(20_000 * (1 + index % 3) * np.sin(phase)), -32_768, 32_767)
        return representation.encode(Audio((integers / 32_768).astype(np.float32), 8_000))

    splits = {split: [window(i) for i in range(size)] for split, size in zip(SPLITS, sizes, strict=True)}
    return CorpusData(representation, splits)


def layers(cell: str = "gru", count: int = 1, hidden_size: int = 6, attention: dict | None = None) -> list:
    """Cells of a recipe's model: the same layer ``count`` times, with attention on top of each or without."""
    spec = spec_of(cell, CELLS[cell], hidden_size=hidden_size)
    del spec["input_size"]
    above = [] if attention is None else [{"name": "attention", "hidden_size": hidden_size, **attention}]
    return [part for _ in range(count) for part in (spec, *above)]


def head_of(data: CorpusData) -> dict[str, object]:
    """The paper's head for frames of this kind."""
    return models_of(data.representation.name).head


def recipe(data: CorpusData | None = None, **changes: object) -> Recipe:
    """A small GRU on ``music``, or with a head for other data; ``model`` changes parts of its model."""
    settings = {"learning_rate": 0.01, "batch_size": 4, **changes.pop("optimiser", {})}
    model = {"cells": layers(), "head": head_of(data or music()), **changes.pop("model", {})}
    values = {"name": "tiny", "corpus": "tiny", "model": model, "max_epochs": 4}
    return make_recipe({**values, "optimiser": settings, **changes})


def recipe_of(data: CorpusData, cell: str, count: int = 1, **changes: object) -> Recipe:
    """A recipe with ``count`` layers of a cell, and the paper's head for the data."""
    return recipe(data, model={"cells": layers(cell, count)}, **changes)


def fit(recipe: Recipe, run_folder: Path, data: CorpusData | None = None) -> Fit:
    """A fit of ``music``, or of other data, that has come to its end."""
    fit = Fit(recipe, data or music(), FitOptions(torch.device("cpu"), run_folder, quiet=True))
    fit.run()
    return fit


def save_random(folder: Path, recipe: Recipe, data: CorpusData, scale: float = 0.5) -> None:
    """Save a checkpoint whose every weight, peepholes and biases too, is drawn at random."""
    spec = recipe.model_spec(data.representation)
    model = build_model(spec)
    rng = torch.Generator().manual_seed(3)
    for parameter in model.parameters():
        parameter.data = scale * torch.randn(parameter.shape, generator=rng)
    facts = {"name": "tiny", "title": "t", "homepage": "h", "licence": "l", "citation": "c"}
    training = {"recipe": recipe.model_dump(), "updates": 0, "epochs": 0, "seconds": 0.0}
    card = {
        "name": recipe.name, "corpus": facts, "representation": data.representation.spec, "model": spec,
        "num_parameters": model.num_parameters(), "num_recurrent_parameters": 0, "metrics": {},
        "weights_sha256": hashlib.sha256(weight_bytes(model)).hexdigest(),
        "training": {**training, "torch": "2", "device": "cpu"},
    }  # fmt: skip
    save(model, Card.model_validate(card), {}, folder)
