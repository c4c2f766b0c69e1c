"""Representations: what one frame means, with its units; all are looked up in ``REPRESENTATIONS``."""

from engine.representations.conversion import are_alike, converted, widest
from engine.representations.piano_roll import EncodingReport, PianoRoll, note_spans
from engine.representations.representation import Facts, Representation
from engine.representations.waveform import Waveform

REPRESENTATIONS = {kind.name: kind for kind in (PianoRoll, Waveform)}

__all__ = [
    "REPRESENTATIONS",
    "EncodingReport",
    "Facts",
    "PianoRoll",
    "Representation",
    "Waveform",
    "are_alike",
    "converted",
    "note_spans",
    "widest",
]
