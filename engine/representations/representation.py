"""Representation: what one frame means, with every unit that decoding a draw needs."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Representation(Protocol):
    """What all representations offer; how to encode and decode is each one's own.

    Args:
        name: its key in ``REPRESENTATIONS``.
        events: what a frame holds, notes or samples; a head is for one of them.
        frame_size: numbers in a frame.
        frame_unit: what a frame is, in words.
        context_frames: how many frames before it a model reads to predict a frame.
        spec: the JSON object that builds it again.
    """

    name: str
    events: str

    @property
    def frame_size(self) -> int:
        """Numbers in a frame."""
        ...

    @property
    def frame_unit(self) -> str:
        """What a frame is, in words that follow "a frame is"."""
        ...

    @property
    def context_frames(self) -> int:
        """How many frames before it a model reads to predict a frame."""
        ...

    @property
    def spec(self) -> dict[str, Any]:
        """The JSON object that builds it again."""
        ...
