"""Small models of every kind that the kernel runs, with random weights in float32."""

import torch

from engine.cells import CELLS
from engine.heads import HEADS
from engine.models import Belief, Copying, CopyMemory, MelodyMemory, Model, Reminded, Stack, Transposed, Trust
from engine.models.model_spec import build_model
from engine.models.told import Told
from tests.engine.small_models import SMALL, binary_frames, randomise, small_model

SIZE = SMALL["frame_size"]
BELIEF = Belief(decay=0.5, same=2.0, other=-0.1, start=3.0, doubt=4.0)


def stacks() -> dict[str, Model]:
    """Every cell under every head, with one and two frames of context."""
    return {
        f"{cell}-{head}-{context}": small_model([(cell, CELLS[cell])], (head, HEADS[head]), context).float()
        for cell in CELLS
        for head in HEADS
        for context in (1, 2)
    }


def narrow() -> dict[str, Model]:
    """Every cell under every head, one unit wide: too narrow for numbers to be computed side by side."""
    heads = {
        "bernoulli": {},
        "gaussian_mixture": {"num_components": 1, "min_log_scale": -3.0},
        "note_list": {"input_size": 3, "num_units": 1, "reach": 1},
        "logistic_mixture": {
            "input_size": 3,
            "num_units": 1,
            "num_components": 1,
            "step": 0.02,
            "damping": 1.0,
        },
    }
    models = {}
    for cell in CELLS:
        more = {"num_heads": 1, "window": 1} if cell == "attention" else {}
        for head, sizes in heads.items():
            spec = {
                "cells": [{"name": cell, "input_size": 3, "hidden_size": 1, **more}],
                "head": {"name": head, "hidden_size": 1, "frame_size": 3, **sizes},
                "context_frames": 1,
            }
            models[f"narrow-{cell}-{head}"] = randomise(build_model(spec), 5)
    return models


TOLD = {"clock": [5, 2], "told_keys": 2}


def note_list(
    reach: int,
    context_frames: int = 1,
    seed: int = 3,
    size: int = SIZE,
    parallels: bool = False,
    **told: object,
) -> Stack:
    """Four cells with residual sums under a note-list head."""
    width = size * context_frames + Told(**told).num_inputs
    cells = [
        {"name": name, "hidden_size": 8, "input_size": before, **more}
        for name, before, more in (
            ("gru", width, {}),
            ("attention", 8, {"num_heads": 2, "window": 19}),
            ("lstm", 8, {}),
            ("attention", 8, {"num_heads": 1, "window": 7}),
        )
    ]
    sizes = {"hidden_size": 8, "frame_size": size, "input_size": width, "num_units": 9, "reach": reach}
    sizes["parallels"] = parallels
    spec = {
        "cells": cells,
        "head": {"name": "note_list", **sizes},
        "context_frames": context_frames,
        "residual": True,
        **told,
    }
    return randomise(build_model(spec), seed, scale=0.4)


def reminded(model: Model, num_pieces: int = 3) -> Reminded:
    """The model with a memory of some pieces."""
    pieces = [binary_frames(12 + k, model.frame_size, seed=k).float() for k in range(num_pieces)]
    memory = MelodyMemory(model.frame_size, sum(map(len, pieces)), BELIEF)
    memory.keep(pieces)
    return Reminded(model, memory)


TRUSTS = {
    "same": Trust(-0.5, 0.6, 1.0, -0.3, -0.2, -1.5, -0.3, -0.5),
    "other": Trust(-1.0, 0.4, 0.5, -0.1, 0.1, -1.0),
    "moved": Trust(-0.8, 0.5, 0.7, 0.2, 0.0, -1.2, 0.2, 0.1),
    "line": Trust(-0.7, 0.3, 0.4, 0.0, -0.1, -0.8),
}


def copying(model: Model, window: int = 4_096, *left_out: str) -> Copying:
    """The model with a memory of the piece's own past."""
    trusts = {name: trust for name, trust in TRUSTS.items() if name not in left_out}
    return Copying(model, CopyMemory(model.frame_size, window, trusts))


def every_model() -> dict[str, Model]:
    """All of them, by names that say what is in them."""
    with torch.no_grad():
        return {
            **stacks(),
            **narrow(),
            "reach": note_list(2),
            "reminded": reminded(note_list(2)),
            "transposed": Transposed(note_list(2), 3),
            "transposed-without-reach": Transposed(note_list(0, 2), 1),
            "transposed-reminded": reminded(Transposed(note_list(3), 2)),
            "told": note_list(2, **TOLD),
            "told-transposed": Transposed(note_list(2, 2, **TOLD), 3),
            "parallels": note_list(0, parallels=True),
            "parallels-transposed": Transposed(note_list(2, parallels=True, **TOLD), 2),
            "copying": copying(note_list(2)),
            "copying-few": copying(note_list(2), 7, "other", "line"),
            "copying-all": copying(reminded(Transposed(note_list(3, **TOLD), 2))),
        }
