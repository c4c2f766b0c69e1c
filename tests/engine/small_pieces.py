"""Small rolls and models of few pitches, for tests that look at every possible frame."""

from itertools import product

import torch
from torch import Tensor

from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from tests.engine.small_models import binary_frames, randomise

SIZE = 6
ROLL = PianoRoll(60, SIZE, 2)
ALL_FRAMES = torch.tensor(list(product((0.0, 1.0), repeat=SIZE)))
LIST_HEAD = {"name": "note_list", "input_size": SIZE, "num_units": 7, "reach": 2}
HEADS = {"bernoulli": {"name": "bernoulli"}, "list": LIST_HEAD, "keys": LIST_HEAD}


def model_of(head: str) -> Model:
    """A gated layer and attention under a head of six pitches.

    ``"keys"`` hears them in five keys.
    """
    spec = {
        "cells": [
            {"name": "gru", "input_size": SIZE, "hidden_size": 8},
            {"name": "attention", "input_size": 8, "hidden_size": 8, "num_heads": 2, "window": 9},
        ],
        "head": {**HEADS[head], "hidden_size": 8, "frame_size": SIZE},
        "residual": True,
        "transpositions": 2 if head == "keys" else 0,
    }
    return randomise(build_model(spec), 1, scale=0.6).requires_grad_(False)


def piece(num_frames: int = 12, free: int = 0) -> Tensor:
    """Some notes; the highest and the lowest ``free`` pitches stay silent."""
    frames = binary_frames(num_frames, SIZE, seed=3).float()
    frames[:, :free] = frames[:, SIZE - free :] = 0
    return frames
