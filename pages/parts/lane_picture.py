"""LanePicture: frames as a lane draws them: notes of a roll, or peaks and spectrum of a sound (see Lane)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from engine.representations import PianoRoll, Waveform, note_spans
from engine.sound import MOMENT_STEP, Audio, log_mel

PEAKS_PER_SECOND = 120  # columns of a waveform picture
MOMENTS_PER_COLUMN = 2  # of a spectrum; a moment is every MOMENT_STEP seconds
QUIETEST, LOUDEST = -85.0, -17.5  # dB of a band that gets the lightest shade, and the darkest
SHADES = "0123456789abcdef"


def picture_of(frames: Tensor, representation: Any, quarters_per_minute: float) -> Mapping[str, Any]:
    """The keys of a lane's value that show the frames themselves; the tempo has no meaning for a waveform."""
    return PICTURES[representation.name](frames, representation, quarters_per_minute)


def _roll(frames: Tensor, representation: Any, quarters_per_minute: float) -> Mapping[str, Any]:
    notes = sorted(
        (start, representation.lowest_pitch + column, stop - start)
        for start, stop, column in note_spans(frames)
    )
    return {
        "kind": "roll",
        "notes": [[pitch, start, length] for start, pitch, length in notes],
        "seconds_per_frame": representation.frame_seconds(quarters_per_minute),
        "frames_per_bar": 4 * representation.frames_per_quarter,
    }


def _wave(frames: Tensor, representation: Any, quarters_per_minute: float) -> Mapping[str, Any]:
    audio = representation.decode(frames)
    return {
        "kind": "wave",
        "peaks": _envelope(audio.samples, audio.sample_rate // PEAKS_PER_SECOND),
        "spectrum": _shades(audio),
        "seconds_per_column": MOMENTS_PER_COLUMN * MOMENT_STEP,
        "highest_hertz": audio.sample_rate / 2,
        "sample_seconds": audio.duration_seconds,
        "seconds_per_frame": representation.frame_seconds(quarters_per_minute),
    }


def _envelope(samples: np.ndarray, samples_per_column: int) -> list[list[float]]:
    """[lowest, highest] of each column; the last may have fewer samples."""
    columns = [
        samples[start : start + samples_per_column] for start in range(0, len(samples), samples_per_column)
    ]
    return [[float(column.min()), float(column.max())] for column in columns]


def _shades(audio: Audio) -> str:
    """A hexadecimal digit for each band, the lowest first, column after column."""
    places = (log_mel(audio, MOMENTS_PER_COLUMN) - QUIETEST) / (LOUDEST - QUIETEST)
    shades = np.clip(np.floor(len(SHADES) * places), 0, len(SHADES) - 1).astype(int)
    return "".join(SHADES[shade] for shade in shades.ravel())


PICTURES: Mapping[str, Callable[[Tensor, Any, float], Mapping[str, Any]]] = {
    PianoRoll.name: _roll,
    Waveform.name: _wave,
}
