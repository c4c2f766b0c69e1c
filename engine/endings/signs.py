"""Signs: what may tell that a piece is over, after each of its frames.

Most of them are told from the bass of the last chord, so that they are the same in every key.

Conventions
    class   of a pitch, counted from that of the bass
    tonic   signs of the kinds ``tonic_…`` are 0 unless the bass is the tonic of the key so far
"""

import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float64, Int64

from engine.endings.key import NUM_CLASSES, best_key

HELD = (1, 2, 3, 4, 6, 8, 16)  # frames, at most; the last place is for more
REPEATED = (3, 7, 15, 31)  # likewise
SIZES: Mapping[str, int] = {
    "length": 28,  # half octaves of the number of frames
    "clock_12": 12,  # that number, modulo
    "clock_16": 16,
    "held": len(HELD) + 1,  # for how many frames the last one has stayed
    "repeated": len(REPEATED) + 1,  # length of the run just heard that the piece had before
    "notes": 7,  # in the last frame
    "shares": NUM_CLASSES,  # how much each class sounded so far, of all
    "chord": NUM_CLASSES,  # classes of the last frame
    "top": NUM_CLASSES,  # that of its highest pitch
    "bass_before": NUM_CLASSES,  # that of the bass of the chord before
    "tonic": 1,
    "tonic_held": len(HELD) + 1,
    "tonic_chord": NUM_CLASSES,
    "tonic_top": NUM_CLASSES,
    "tonic_bass_before": NUM_CLASSES,
}
ON_TONIC = ("held", "chord", "top", "bass_before")
NUM_SIGNS = sum(SIZES.values())


class Signs:
    """Hears a piece frame by frame.

    Args:
        lowest_pitch: MIDI number of the first pitch of a frame.
    """

    def __init__(self, lowest_pitch: int):
        self.lowest_pitch = lowest_pitch
        self.num_frames = 0
        self._weights = np.zeros(NUM_CLASSES)
        self._held = 0
        self._last = b""
        self._bass, self._bass_before = -1, -1  # of silence
        self._echo = _Echo()

    def hear(self, frame: Bool[np.ndarray, " pitch"]) -> Float64[np.ndarray, " sign"]:
        """The signs after one more frame."""
        classes = (np.flatnonzero(frame) + self.lowest_pitch) % NUM_CLASSES
        self.num_frames += 1
        self._weights += np.bincount(classes, minlength=NUM_CLASSES)
        self._follow_bass(frame.tobytes(), int(classes[0]) if len(classes) else -1)
        parts = {
            "length": _one(int(2 * math.log2(self.num_frames)), "length"),
            "clock_12": _one(self.num_frames % 12, "clock_12"),
            "clock_16": _one(self.num_frames % 16, "clock_16"),
            "held": _one(int(np.searchsorted(HELD, self._held)), "held"),
            "repeated": _one(int(np.searchsorted(REPEATED, self._echo.length)), "repeated"),
            "notes": _one(len(classes), "notes"),
            **(self._from_bass(classes) if len(classes) else {}),
        }
        if self._is_on_tonic():
            parts["tonic"] = np.ones(1)
            parts |= {f"tonic_{name}": parts[name] for name in ON_TONIC if name in parts}
        return np.concatenate([parts.get(name, np.zeros(size)) for name, size in SIZES.items()])

    def _follow_bass(self, frame: bytes, bass: int) -> None:
        self._echo.hear(frame)
        self._held = self._held + 1 if frame == self._last else 1
        if frame != self._last:
            self._bass_before = self._bass
        self._last, self._bass = frame, bass

    def _from_bass(self, classes: Int64[np.ndarray, " note"]) -> dict[str, Float64[np.ndarray, " _"]]:
        chord = np.zeros(NUM_CLASSES)
        chord[(classes - self._bass) % NUM_CLASSES] = 1.0
        found = {
            "shares": np.roll(self._weights, -self._bass) / self._weights.sum(),
            "chord": chord,
            "top": _one(int(classes[-1] - self._bass) % NUM_CLASSES, "top"),
        }
        if self._bass_before >= 0:
            found["bass_before"] = _one((self._bass_before - self._bass) % NUM_CLASSES, "bass_before")
        return found

    def _is_on_tonic(self) -> bool:
        key = best_key(self._weights)
        return key is not None and key.tonic == self._bass


class _Echo:
    """How long the run just heard is that the piece had before, followed from its latest place."""

    def __init__(self) -> None:
        self.length = 0
        self._heard: list[bytes] = []
        self._latest: dict[bytes, int] = {}
        self._next = -1  # the frame that would come if it went on as before

    def hear(self, frame: bytes) -> None:
        """One more frame."""
        if self.length and self._heard[self._next] == frame:
            self.length += 1
            self._next += 1
        else:
            self.length = int(frame in self._latest)
            self._next = self._latest.get(frame, -1) + 1
        self._latest[frame] = len(self._heard)
        self._heard.append(frame)


def _one(place: int, name: str) -> Float64[np.ndarray, " _"]:
    """1 at a place, the last one for all beyond it."""
    found = np.zeros(SIZES[name])
    found[min(place, len(found) - 1)] = 1.0
    return found
