"""Small models with random weights, and checkpoints of them, for tests of what holds for every model."""

import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.checkpoints.card import Card, CorpusFacts, TrainingFacts
from engine.checkpoints.checkpoint import save, weight_bytes
from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.representations import REPRESENTATIONS, Representation

# What constructors of registered parts may ask for; a new part that asks for more adds it here.
SMALL = {
    "input_size": 6,
    "hidden_size": 5,
    "frame_size": 6,
    "num_components": 3,
    "min_log_scale": -3.0,
    "num_units": 7,
    "num_heads": 1,
    "window": 11,
    "step": 0.02,
    "damping": 0.9,
}
UNITS = {
    "piano_roll": {"lowest_pitch": 21, "num_pitches": 88, "frames_per_quarter": 1},
    "waveform": {"sample_rate": 8_000, "mean": 0.01, "scale": 0.1, "samples_per_frame": 10},
}
FACTS = {"title": "A corpus", "homepage": "none", "licence": "free", "citation": "nobody"}


def seeded(seed: int) -> torch.Generator:
    """A new generator with this seed."""
    return torch.Generator().manual_seed(seed)


def spec_of(name: str, constructor: Callable, **sizes: Any) -> dict[str, Any]:
    """A spec for the registry, with those of the small sizes that the constructor asks for."""
    asked = inspect.signature(constructor).parameters
    return {"name": name, **{key: value for key, value in {**SMALL, **sizes}.items() if key in asked}}


def randomise(module: nn.Module, seed: int = 0, scale: float = 0.5) -> nn.Module:
    """Every parameter drawn anew, biases and peepholes too."""
    rng = seeded(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(scale * torch.randn(parameter.shape, generator=rng, dtype=parameter.dtype))
    return module


def small_cell(constructor: Callable, seed: int = 0, **sizes: Any) -> nn.Module:
    """A cell with random weights, in float64."""
    spec = spec_of("", constructor, **sizes)
    del spec["name"]
    return randomise(constructor(**spec).double(), seed)


def small_model(cells: list[tuple[str, Callable]], head: tuple[str, Callable], context_frames: int = 1):
    """A float64 model of these cells, the lowest first, with random weights."""
    widths = [SMALL["frame_size"] * context_frames] + [5 + layer for layer in range(len(cells))]
    specs = [
        spec_of(name, cell, input_size=width, hidden_size=5 + layer)
        for layer, ((name, cell), width) in enumerate(zip(cells, widths, strict=False))
    ]
    top = spec_of(*head, hidden_size=4 + len(cells), input_size=widths[0])
    model = build_model({"cells": specs, "head": top, "context_frames": context_frames})
    return randomise(model.double(), 1, scale=0.25)  # what attention adds up is not bounded


def binary_frames(*shape: int, seed: int = 0) -> Tensor:
    """Frames of zeros and ones: every head takes them."""
    return (torch.rand(shape, generator=seeded(seed)) < 0.4).double()


def published(
    folder: Path,
    representation: str = "piano_roll",
    name: str = "tiny-gru",
    hidden_size: int = 4,
    **of_corpus: Any,
) -> tuple[Model, Card]:
    """A small GRU of a representation, saved as a checkpoint; ``of_corpus``: facts on its card."""
    frames: Representation = REPRESENTATIONS[representation](**UNITS[representation])
    head = {"name": "bernoulli"}
    if representation == "waveform":
        head = {"name": "gaussian_mixture", "num_components": 2, "min_log_scale": frames.min_log_scale}
    spec = {
        "cells": [
            {
                "name": "gru",
                "input_size": frames.frame_size * frames.context_frames,
                "hidden_size": hidden_size,
            }
        ],
        "head": {**head, "hidden_size": hidden_size, "frame_size": frames.frame_size},
        "context_frames": frames.context_frames,
    }
    model = randomise(build_model(spec), 3, scale=hidden_size**-0.5)  # else a wide one's sound has no bounds
    card = card_of(model, name, spec, frames, **of_corpus)
    save(model, card, {"README.md": "A tiny model.\n"}, folder)
    return model, card


def card_of(model: Model, name: str, spec: dict[str, Any], frames: Representation, **of_corpus: Any) -> Card:
    """A card that fits the model."""
    return Card(
        name=name,
        corpus=CorpusFacts(name="tiny", **FACTS, **of_corpus),
        representation=frames.spec,
        model=spec,
        num_parameters=model.num_parameters(),
        num_recurrent_parameters=sum(weight.numel() for weight in model.cells.parameters()),
        weights_sha256=hashlib.sha256(weight_bytes(model)).hexdigest(),
        training=TrainingFacts(recipe={}, updates=1, epochs=1, seconds=0.5, torch="2", device="cpu"),
        metrics={"test": {"nats_per_frame": 8.5}},
    )
