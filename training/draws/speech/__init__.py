"""Draws of sound beside held-out recordings: loudness, syllables, voice, spectra, words."""

from training.draws.speech.comparison import LINES, compare_speech

__all__ = ["LINES", "compare_speech"]
