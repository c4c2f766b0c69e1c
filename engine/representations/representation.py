"""Representation: what one frame means, with every unit that decoding a draw needs; Facts: of its kind."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class Facts:
    """What others ask of a kind of frame, so that nobody has to compare its name.

    Args:
        title: of what such frames are, for a choice.
        holds_notes: whether a frame says which notes sound, so that there is a tempo, a key and a MIDI file.
        suffixes: endings of its files, in small letters; the first is that of the shipped excerpts.
        step: what one frame is called where its likelihood is said.
        figure: the name of the figure by which models are compared.
        length_unit: in what the length of a draw is asked for, ``"frames"`` or ``"seconds"``.
    """

    title: str
    holds_notes: bool
    suffixes: tuple[str, ...]
    step: str
    figure: str
    length_unit: str

    @property
    def unit(self) -> str:
        """Of a likelihood, ``nats per frame``."""
        return f"nats per {self.step}"

    @property
    def figure_words(self) -> str:
        """The name of the figure as a reader knows it, ``bits per sample``."""
        return self.figure.replace("_", " ")


@runtime_checkable
class Representation(Protocol):
    """What all representations offer; how to encode and decode is each one's own.

    Args:
        name: its key in ``REPRESENTATIONS``.
        events: what a frame holds, notes or samples; a head is for one of them.
        facts: what is true of all frames of this kind.
        frame_size: numbers in a frame.
        frame_unit: what a frame is, in words.
        context_frames: how many frames before it a model reads to predict a frame.
        spec: the JSON object that builds it again.
    """

    name: str
    events: str
    facts: Facts

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

    @property
    def frames_per_unit(self) -> float:
        """Frames in one unit of the length of a draw."""
        ...

    def frame_seconds(self, quarters_per_minute: float) -> float:
        """How long one frame sounds, in seconds; where there is no tempo, whatever the tempo."""
        ...
