"""Signs: numbers, computed after each frame of a piece, that may tell whether the piece is over.

Those about pitch are counted from the bass of the last frame, so that they are the same in every key.

Conventions
    class   a pitch class, counted from that of the bass
    tonic   signs of the kinds ``tonic`` and ``tonic_…`` are 0 unless the bass is the tonic of the key so far
"""

import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float64, Int64

from engine.endings.key import NUM_CLASSES, best_key

HELD_BOUNDS = (1, 2, 3, 4, 6, 8, 16)  # most frames for each sign; one more sign is for longer ones
REPEATED_BOUNDS = (3, 7, 15, 31)  # the same for repeated passages
SIGN_SIZES: Mapping[str, int] = {  # kind -> number of its signs
    "length": 28,  # number of frames so far, on a scale of two signs per doubling
    "clock_12": 12,  # number of frames modulo 12
    "clock_16": 16,  # modulo 16
    "held": len(HELD_BOUNDS) + 1,  # how many frames the last one has stayed the same
    "repeated": len(REPEATED_BOUNDS) + 1,  # how many of the last frames repeat an earlier passage
    "notes": 7,  # number of notes in the last frame
    "shares": NUM_CLASSES,  # share of each class in all notes so far
    "chord": NUM_CLASSES,  # classes of the last frame
    "top": NUM_CLASSES,  # class of its highest pitch
    "bass_before": NUM_CLASSES,  # class of the bass of the chord before
    "tonic": 1,
    "tonic_held": len(HELD_BOUNDS) + 1,
    "tonic_chord": NUM_CLASSES,
    "tonic_top": NUM_CLASSES,
    "tonic_bass_before": NUM_CLASSES,
}
TONIC_KINDS = ("held", "chord", "top", "bass_before")
NUM_SIGNS = sum(SIGN_SIZES.values())


class Signs:
    """Reads a piece frame by frame and gives the signs after each frame.

    Args:
        lowest_pitch: MIDI number of the first column of a frame.
    """

    def __init__(self, lowest_pitch: int):
        self.lowest_pitch = lowest_pitch
        self.num_frames = 0
        self._weights = np.zeros(NUM_CLASSES)
        self._held = 0
        self._last = b""
        self._bass, self._bass_before = -1, -1  # -1 for silence
        self._echo = _Echo()

    def hear(self, frame: Bool[np.ndarray, " pitch"]) -> Float64[np.ndarray, " sign"]:
        """The signs after one more frame."""
        classes = (np.flatnonzero(frame) + self.lowest_pitch) % NUM_CLASSES
        self.num_frames += 1
        self._weights += np.bincount(classes, minlength=NUM_CLASSES)
        self._follow_bass(frame.tobytes(), int(classes[0]) if len(classes) else -1)
        parts = {
            "length": _set(int(2 * math.log2(self.num_frames)), "length"),
            "clock_12": _set(self.num_frames % 12, "clock_12"),
            "clock_16": _set(self.num_frames % 16, "clock_16"),
            "held": _set(int(np.searchsorted(HELD_BOUNDS, self._held)), "held"),
            "repeated": _set(int(np.searchsorted(REPEATED_BOUNDS, self._echo.length)), "repeated"),
            "notes": _set(len(classes), "notes"),
            **(self._from_bass(classes) if len(classes) else {}),
        }
        if self._is_on_tonic():
            parts["tonic"] = np.ones(1)
            parts |= {f"tonic_{name}": parts[name] for name in TONIC_KINDS if name in parts}
        return np.concatenate([parts.get(name, np.zeros(size)) for name, size in SIGN_SIZES.items()])

    def _follow_bass(self, frame: bytes, bass: int) -> None:
        self._echo.hear(frame)
        self._held = self._held + 1 if frame == self._last else 1
        if frame != self._last:
            self._bass_before = self._bass
        self._last, self._bass = frame, bass

    def _from_bass(self, classes: Int64[np.ndarray, " note"]) -> dict[str, Float64[np.ndarray, " _"]]:
        chord = np.zeros(NUM_CLASSES)
        chord[(classes - self._bass) % NUM_CLASSES] = 1.0
        signs = {
            "shares": np.roll(self._weights, -self._bass) / self._weights.sum(),
            "chord": chord,
            "top": _set(int(classes[-1] - self._bass) % NUM_CLASSES, "top"),
        }
        if self._bass_before >= 0:
            signs["bass_before"] = _set((self._bass_before - self._bass) % NUM_CLASSES, "bass_before")
        return signs

    def _is_on_tonic(self) -> bool:
        key = best_key(self._weights)
        return key is not None and key.tonic == self._bass


class _Echo:
    """How many of the last frames repeat an earlier passage, compared with its latest occurrence."""

    def __init__(self) -> None:
        self.length = 0
        self._heard: list[bytes] = []
        self._latest: dict[bytes, int] = {}
        self._next = -1  # index of the frame that would come next if the repetition went on

    def hear(self, frame: bytes) -> None:
        """Add one more frame."""
        if self.length and self._heard[self._next] == frame:
            self.length += 1
            self._next += 1
        else:
            self.length = int(frame in self._latest)
            self._next = self._latest.get(frame, -1) + 1
        self._latest[frame] = len(self._heard)
        self._heard.append(frame)


def _set(place: int, name: str) -> Float64[np.ndarray, " _"]:
    """The signs of a kind: 1 at one place, 0 elsewhere; a place beyond the last counts as the last."""
    signs = np.zeros(SIGN_SIZES[name])
    signs[min(place, len(signs) - 1)] = 1.0
    return signs
