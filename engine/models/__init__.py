"""Models: stacks of cells with a head, what is wrapped around them, and their specs."""

from engine.models.melody_memory import Belief, MelodyMemory, melody
from engine.models.model_spec import build_model, check_names, with_sizes
from engine.models.reminded_model import RemindedModel
from engine.models.sequence_model import ModelState, SequenceModel

__all__ = [
    "Belief",
    "MelodyMemory",
    "ModelState",
    "RemindedModel",
    "SequenceModel",
    "build_model",
    "check_names",
    "melody",
    "with_sizes",
]
