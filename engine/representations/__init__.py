"""What one frame means, with its units: one representation per file, looked up in ``REPRESENTATIONS``."""

from engine.representations.piano_roll import PianoRoll
from engine.representations.representation import Representation
from engine.representations.waveform import Waveform

REPRESENTATIONS = {"piano_roll": PianoRoll, "waveform": Waveform}

__all__ = ["REPRESENTATIONS", "Representation"]
