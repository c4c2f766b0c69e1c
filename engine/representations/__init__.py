"""What one frame means, with its units: one representation per file, looked up in ``REPRESENTATIONS``."""

from engine.representations.piano_roll import EncodingReport, PianoRoll, note_spans
from engine.representations.representation import Representation
from engine.representations.waveform import Waveform

REPRESENTATIONS = {"piano_roll": PianoRoll, "waveform": Waveform}

__all__ = ["REPRESENTATIONS", "EncodingReport", "PianoRoll", "Representation", "Waveform", "note_spans"]
