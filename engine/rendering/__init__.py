"""Rendering: frames as sound at a safe level and as MIDI, and figures as SVG pictures."""

from engine.rendering.instruments import INSTRUMENTS
from engine.rendering.interval_picture import IntervalPoint, interval_svg
from engine.rendering.performance import Performance, perform, perform_midi
from engine.rendering.playback import (
    SILENCE_LUFS,
    faded,
    measure_loudness,
    playback_sample_rate,
    prepare_playback,
    safe_gain,
)
from engine.rendering.player import Player, open_player
from engine.rendering.synthesis import find_soundfont, find_synthesiser

__all__ = [
    "INSTRUMENTS",
    "SILENCE_LUFS",
    "IntervalPoint",
    "Performance",
    "Player",
    "faded",
    "find_soundfont",
    "find_synthesiser",
    "interval_svg",
    "measure_loudness",
    "open_player",
    "perform",
    "perform_midi",
    "playback_sample_rate",
    "prepare_playback",
    "safe_gain",
]
