"""Loudness over time: how far it ranges, how it swings in the rhythm of syllables, where it leaves bounds.

Conventions
    level   mean power of a moment of 25 ms, one every 10 ms, in dB of full scale; never below -70
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from engine.sound import MOMENT_STEP, Audio, moments

LEVEL_SECONDS = 0.025  # of a moment
QUIETEST_LEVEL = -70.0  # dB
SYLLABLE_RATES = (2.0, 8.0)  # a second
SWING_RATES = (0.5, 50.0)  # a second, all that are counted
SILENT_LEVEL, SILENT_SECONDS = -60.0, 3.0
RUNAWAY_TIMES = 2.0  # times the loudest training second, in amplitude
CLIPPED_AT, CLIPPED_SHARE = 0.999, 0.01  # amplitude; of a second's samples


def levels(sound: Audio) -> Float64[np.ndarray, " moment"]:
    """Level of every moment; empty for a sound shorter than a moment."""
    squares = moments(sound, LEVEL_SECONDS).astype(np.float64) ** 2
    return np.maximum(10 * np.log10(squares.mean(1) + 1e-12), QUIETEST_LEVEL)


def level_spread(sound: Audio) -> float:
    """Standard deviation of the levels, dB."""
    return float(levels(sound).std()) if len(levels(sound)) else 0.0


def syllable_share(sound: Audio) -> float:
    """Share of the power of the envelope's swings, 0.5 to 50 a second, that lies at 2 to 8 a second."""
    step = int(MOMENT_STEP * sound.sample_rate)
    count = len(sound.samples) // step
    envelope = np.sqrt((sound.samples[: count * step].astype(np.float64).reshape(count, step) ** 2).mean(1))
    swings = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(count))) ** 2
    speeds = np.fft.rfftfreq(count, MOMENT_STEP)
    counted = swings[(speeds >= SWING_RATES[0]) & (speeds <= SWING_RATES[1])].sum()
    within = swings[(speeds >= SYLLABLE_RATES[0]) & (speeds <= SYLLABLE_RATES[1])].sum()
    return float(within / counted) if counted > 0 else 0.0


def one_second_parts(sound: Audio) -> Float64[np.ndarray, "second time"]:
    """Whole seconds in a row, without what is left after them; a shorter sound is a single short row."""
    rate = min(sound.sample_rate, max(1, len(sound.samples)))
    count = len(sound.samples) // rate
    return sound.samples[: count * rate].astype(np.float64).reshape(count, rate)


def rms_of_loudest_second(sounds: Sequence[Audio]) -> float:
    """The largest root mean square of a second of any of them."""
    return max(
        (float(np.sqrt((one_second_parts(sound) ** 2).mean(1)).max(initial=0.0)) for sound in sounds),
        default=0.0,
    )


def runs_away(sound: Audio, loudest: float) -> bool:
    """Whether some second is over twice as loud as ``loudest``, or over a hundredth of its samples clip.

    Args:
        loudest: root mean square of the loudest second of the training recordings.
    """
    seconds = one_second_parts(sound)
    too_loud = np.sqrt((seconds**2).mean(1)) > RUNAWAY_TIMES * loudest
    clipped = (np.abs(seconds) >= CLIPPED_AT).mean(1) > CLIPPED_SHARE
    return bool((too_loud | clipped).any())


def falls_silent(sound: Audio) -> bool:
    """Whether three seconds in a row lie below -60 dB."""
    quiet = np.concatenate(([False], levels(sound) < SILENT_LEVEL, [False]))
    edges = np.flatnonzero(np.diff(quiet.astype(int)))
    longest = (edges[1::2] - edges[::2]).max(initial=0)
    return bool(longest * MOMENT_STEP >= SILENT_SECONDS)
