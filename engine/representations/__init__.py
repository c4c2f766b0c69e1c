"""What one frame means, with its units: one representation per file, looked up in ``REPRESENTATIONS``.

The last one is for every file that no other claims by its suffix.
"""

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
