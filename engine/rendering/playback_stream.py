"""PlaybackStream: sound that is played while it is still being made, through a gain that only falls.

A whole sound is measured before it is played (``prepare_playback``). A stream cannot be: here each
chunk is measured, and the gain is lowered, never raised, so that no chunk is above the same limits;
what a 10 ms step of the gain would let through is limited to the peak that all playback keeps.
"""

import numpy as np
import soxr
from jaxtyping import Float32

from engine.rendering.playback import (
    FADE_SECONDS,
    MAX_LOUDNESS_LUFS,
    MAX_PEAK_DECIBELS,
    MAX_RAISE_DECIBELS,
    measure_loudness,
    playback_sample_rate,
)
from engine.sound import Audio, decibels

MAX_PEAK = 10 ** (MAX_PEAK_DECIBELS / 20)


class PlaybackStream:
    """Chunks of one sound on their way to a listener.

    Args:
        sample_rate: of the chunks that are pushed, in Hz; they leave at 44.1 or 48 kHz.
    """

    def __init__(self, sample_rate: int):
        self.sample_rate = playback_sample_rate(sample_rate)
        self._resampler = soxr.ResampleStream(sample_rate, self.sample_rate, 1, dtype="float32")
        self._gain: float | None = None

    def push(self, audio: Audio, is_last: bool = False) -> Audio:
        """The chunk, ready to play; a filter's delay may keep its last milliseconds for the next one.

        The first chunk is faded in, the last faded out.
        """
        samples = np.clip(self._resampler.resample_chunk(audio.samples, last=is_last), -1, 1)
        samples = samples.astype(np.float32, copy=False)
        num_faded = min(round(FADE_SECONDS * self.sample_rate), len(samples))
        previous = 0.0 if self._gain is None else self._gain
        self._gain = self._lowered(Audio(samples, self.sample_rate))
        gains = np.full(len(samples), self._gain, np.float32)
        gains[:num_faded] = np.linspace(previous, self._gain, num_faded, dtype=np.float32)
        if is_last and num_faded:
            gains[-num_faded:] *= np.linspace(1, 0, num_faded, dtype=np.float32)
        return Audio(self._limited(samples * gains), self.sample_rate)

    def _lowered(self, chunk: Audio) -> float:
        room = min(MAX_LOUDNESS_LUFS - measure_loudness(chunk), MAX_PEAK_DECIBELS - decibels(chunk.peak))
        allowed = float(10 ** (min(room, MAX_RAISE_DECIBELS) / 20))
        return allowed if self._gain is None else min(allowed, self._gain)

    @staticmethod
    def _limited(samples: Float32[np.ndarray, " time"]) -> Float32[np.ndarray, " time"]:
        return np.clip(samples, -MAX_PEAK, MAX_PEAK)
