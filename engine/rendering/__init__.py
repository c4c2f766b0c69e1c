"""Rendering: frames as sound at a safe level, as MIDI, and figures as pictures."""

from engine.rendering.interval_picture import IntervalPoint, interval_svg
from engine.rendering.performance import Performance, perform, perform_midi
from engine.rendering.playback import (
    SILENCE_LUFS,
    faded,
    measure_loudness,
    playback_sample_rate,
    prepare_playback,
)
from engine.rendering.playback_stream import PlaybackStream
from engine.rendering.synthesis import find_synthesiser

__all__ = [
    "SILENCE_LUFS",
    "IntervalPoint",
    "Performance",
    "PlaybackStream",
    "faded",
    "find_synthesiser",
    "interval_svg",
    "measure_loudness",
    "perform",
    "perform_midi",
    "playback_sample_rate",
    "prepare_playback",
]
