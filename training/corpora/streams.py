"""Streams: the recordings of a voice one after another, so that a model learns what may follow a word.

A recording of one word lasts 0.4 s, and nothing in it says what may follow; a model that has read nothing
else has nothing to say after the word. After each recording comes a pause as quiet as its quietest moment.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from engine.sound import Audio

PAUSE_SECONDS = (0.04, 0.1)  # from, to
QUIET_MOMENT_SECONDS = 0.02
LOUDEST_PAUSE = 0.001  # of full scale
STEPS_PER_UNIT = 32_768  # 16-bit steps per unit of amplitude


def streams(recordings: Sequence[Audio], seconds: float, rng: np.random.Generator) -> list[Audio]:
    """All recordings of a voice in random order, joined into streams that last at least ``seconds``.

    The last stream may be shorter.

    Args:
        recordings: all of one sample rate.
    """
    joined: list[Audio] = []
    parts: list[np.ndarray] = []
    for index in rng.permutation(len(recordings)):
        recording = recordings[index]
        parts += [recording.samples, _pause(recording, rng)]
        if sum(map(len, parts)) >= seconds * recording.sample_rate:
            joined.append(Audio(np.concatenate(parts), recording.sample_rate))
            parts = []
    if parts:
        joined.append(Audio(np.concatenate(parts), recordings[0].sample_rate))
    return joined


def _pause(recording: Audio, rng: np.random.Generator) -> Float32[np.ndarray, " time"]:
    """Noise in whole 16-bit steps, as loud as the recording's quietest moment, but at most LOUDEST_PAUSE."""
    rate, length = recording.sample_rate, max(1, int(QUIET_MOMENT_SECONDS * recording.sample_rate))
    count = max(1, len(recording.samples) // length)
    moments = np.resize(recording.samples, (count, min(length, max(1, len(recording.samples)))))
    level = min(LOUDEST_PAUSE, float(moments.std(1).min()))
    noise = rng.normal(0.0, level, int(rng.uniform(*PAUSE_SECONDS) * rate))
    return (np.round(noise * STEPS_PER_UNIT) / STEPS_PER_UNIT).astype(np.float32)
