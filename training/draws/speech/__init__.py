"""Draws of sound compared with held-out recordings: loudness, syllables, voice, spectra, words."""

from training.draws.speech.comparison import SPEECH_FIGURE_TITLES, compare_speech

__all__ = ["SPEECH_FIGURE_TITLES", "compare_speech"]
