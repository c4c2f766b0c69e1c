"""Earshot's engine: the few names that a program of somebody else's needs. Each wing has more of its own.

checkpoint = load("jsb_chorales-gru")
frames = torch.stack(list(sample(checkpoint.model, SamplingOptions(num_frames=64, seed=7))))
write_wav(perform(frames, checkpoint.representation).audio, Path("draw.wav"))
"""

from engine.checkpoints import Checkpoint, available, load, read_card
from engine.errors import EngineError
from engine.pieces import Piece, read_piece
from engine.rendering import Performance, perform, perform_midi
from engine.sampling import SamplingOptions, sample
from engine.scoring import Surprise, log_likelihood, surprise_of
from engine.sound import Audio, read_audio, write_wav

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
