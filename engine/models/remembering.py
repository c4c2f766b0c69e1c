"""Remembering: a model that holds another model, and a memory that joins in choosing the notes of a frame."""

from typing import ClassVar

from engine.errors import InvalidValueError
from engine.models.copy_memory import CopyMemory
from engine.models.melody_memory import MelodyMemory
from engine.models.model import Model


class Remembering(Model):
    """What all models with a memory share.

    Raises:
        InvalidValueError: the model's head does not choose the highest pitch first.
    """

    memory_option: ClassVar[str]
    """The memory's key in a model's spec."""

    def __init__(self, model: Model, memory: MelodyMemory | CopyMemory):
        super().__init__()
        if not model.network.head.chooses_highest_first:
            raise InvalidValueError(
                f"{self.memory_option} needs the head 'note_list': leave it out, or take that head"
            )
        self.model = model
        self.memory = memory
        self.num_keys = model.num_keys
        self.frame_size = model.frame_size
        self.context_frames = model.context_frames

    @property
    def network(self) -> Model:
        """The network of the model it holds."""
        return self.model.network
