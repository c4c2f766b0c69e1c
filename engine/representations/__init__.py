"""What one frame means, with its units: one representation per file, looked up in ``REPRESENTATIONS``."""

from engine.representations.waveform import Waveform

REPRESENTATIONS = {"waveform": Waveform}
