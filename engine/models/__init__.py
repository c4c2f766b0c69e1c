"""Models: stacks of cells with a head, the models that hold another one, and their specs."""

from engine.models.copy_memory import GUIDES, CopyMemory, Evidence, Trust, trusted
from engine.models.copying import Copying
from engine.models.melody_memory import Belief, MelodyMemory, melody
from engine.models.model import Drop, Layers, Model, ModelState
from engine.models.model_spec import build_model, check_names, with_sizes
from engine.models.reminded import Reminded
from engine.models.stack import Stack
from engine.models.transposed import Transposed

__all__ = [
    "GUIDES",
    "Belief",
    "CopyMemory",
    "Copying",
    "Drop",
    "Evidence",
    "Layers",
    "MelodyMemory",
    "Model",
    "ModelState",
    "Reminded",
    "Stack",
    "Transposed",
    "Trust",
    "build_model",
    "check_names",
    "melody",
    "trusted",
    "with_sizes",
]
