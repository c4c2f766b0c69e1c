"""Representation: what one frame means, with all units for decoding. Facts: what all of one kind share."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class Facts:
    """What other code asks about a kind of frame, so that it need not compare names.

    Args:
        title: what the frames hold, as visitors read it: ``"Music"``.
        holds_notes: whether a frame says which notes sound, so that there is a tempo, a key and a MIDI file.
        suffixes: suffixes of its files, in lower case; the first is that of the shipped excerpts.
        step: what one frame is called where its likelihood is given.
        figure: the metric by which models are compared, as cards name it: ``"nats_per_frame"``.
        length_unit: the unit in which the length of a draw is asked for, ``"frames"`` or ``"seconds"``.
    """

    title: str
    holds_notes: bool
    suffixes: tuple[str, ...]
    step: str
    figure: str
    length_unit: str

    @property
    def unit(self) -> str:
        """The unit of a likelihood, e.g. ``nats per frame``."""
        return f"nats per {self.step}"

    @property
    def figure_words(self) -> str:
        """The name of the metric in words, e.g. ``bits per sample``."""
        return self.figure.replace("_", " ")


@runtime_checkable
class Representation(Protocol):
    """What all representations offer; in addition each has its own ``encode`` and ``decode``.

    Attributes:
        name: its key in ``REPRESENTATIONS``.
        events: what a frame holds, ``"notes"`` or ``"samples"``; each head models one of the two.
        facts: what is true of all frames of this kind.
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
        """How many earlier frames a model reads at once to predict a frame."""
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
        """How long one frame sounds, in seconds; sound has no tempo and ignores it."""
        ...
