"""Earshot's engine: the few names that other people's programs need; each subpackage (wing) offers more.

from pathlib import Path

import torch

from engine import Performance, SamplingOptions, load, perform, sample, write_wav

checkpoint = load("jsb_chorales-gru")
frames = torch.stack(list(sample(checkpoint.model, SamplingOptions(num_frames=64, seed=7))))
performance = Performance(semitones=checkpoint.card.corpus.played_semitones)
write_wav(perform(frames, checkpoint.representation, performance).audio, Path("draw.wav"))
"""

import importlib
from typing import Any

MODULES_OF_NAMES = {
    "Audio": "sound",
    "Checkpoint": "checkpoints",
    "EngineError": "errors",
    "Performance": "rendering",
    "Piece": "pieces",
    "SamplingOptions": "sampling",
    "Surprise": "scoring",
    "available": "checkpoints",
    "load": "checkpoints",
    "log_likelihood": "scoring",
    "perform": "rendering",
    "perform_midi": "rendering",
    "read_audio": "sound",
    "read_card": "checkpoints",
    "read_piece": "pieces",
    "sample": "sampling",
    "surprise_of": "scoring",
    "write_wav": "sound",
}

__all__ = [
    "Audio",
    "Checkpoint",
    "EngineError",
    "Performance",
    "Piece",
    "SamplingOptions",
    "Surprise",
    "available",
    "load",
    "log_likelihood",
    "perform",
    "perform_midi",
    "read_audio",
    "read_card",
    "read_piece",
    "sample",
    "surprise_of",
    "write_wav",
]


def __getattr__(name: str) -> Any:
    """Import a name from its module when it is asked for: reading a sound alone never loads torch."""
    if name not in MODULES_OF_NAMES:
        raise AttributeError(f"module 'engine' has no name {name!r}")
    return getattr(importlib.import_module(f"engine.{MODULES_OF_NAMES[name]}"), name)
