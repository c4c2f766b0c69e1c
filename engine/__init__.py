"""Earshot's engine: the few names that other people's programs need; each wing (subpackage) offers more.

checkpoint = load("jsb_chorales-gru")
frames = torch.stack(list(sample(checkpoint.model, SamplingOptions(num_frames=64, seed=7))))
write_wav(perform(frames, checkpoint.representation).audio, Path("draw.wav"))
"""

import importlib
from typing import Any

WINGS_OF_NAMES = {
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
    """Import a name from its wing when it is asked for: reading a sound alone never loads torch."""
    if name not in WINGS_OF_NAMES:
        raise AttributeError(f"module 'engine' has no name {name!r}")
    return getattr(importlib.import_module(f"engine.{WINGS_OF_NAMES[name]}"), name)
