"""Equal loudness: clips that are compared are played at one loudness, so that nobody prefers the louder one.

Conventions
    loudness  integrated, in LUFS by ITU-R BS.1770-4 (pyloudnorm), measured before clips are padded
    target    -23 LUFS (EBU R 128), or less: if a clip would exceed -1 dBTP at that loudness, all clips are
              turned down until it does not; no limiter is used
    peak      of the signal at four times its rate, because it may be higher between samples
    shape     one channel, one rate, one length, faded in and out over 10 ms; shorter clips end in silence
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from engine.errors import InvalidValueError
from engine.rendering import SILENCE_LUFS, faded, measure_loudness, playback_sample_rate
from engine.sound import Audio, decibels

TARGET_LUFS = -23.0
MAX_TRUE_PEAK_DECIBELS = -1.0
OVERSAMPLING = 4


@dataclass(frozen=True)
class MatchedClip:
    """A clip as it is played.

    Attributes:
        audio: the sound with the gain applied.
        lufs: loudness before the gain; None for silence.
        gain_decibels: the gain; 0 for silence.
    """

    audio: Audio
    lufs: float | None
    gain_decibels: float


def match_loudness(clips: Sequence[Audio]) -> list[MatchedClip]:
    """The same clips, each of one channel, equally loud, at one sample rate and of one length.

    Raises:
        InvalidValueError: there is no clip, or one is empty.
    """
    if not clips or any(len(clip.samples) == 0 for clip in clips):
        raise InvalidValueError("there is nothing to compare: a clip is empty")
    rate = max(playback_sample_rate(clip.sample_rate) for clip in clips)
    clips = [faded(clip.resample(rate)) for clip in clips]
    loudness = [_audible(measure_loudness(clip)) for clip in clips]
    gains = [0.0 if lufs is None else TARGET_LUFS - lufs for lufs in loudness]
    peaks = [
        true_peak_decibels(clip) + gain
        for clip, gain, lufs in zip(clips, gains, loudness, strict=True)
        if lufs is not None
    ]
    down = min(0.0, MAX_TRUE_PEAK_DECIBELS - max(peaks, default=-math.inf))
    gains = [gain + down if lufs is not None else 0.0 for gain, lufs in zip(gains, loudness, strict=True)]
    length = max(len(clip.samples) for clip in clips)
    return [
        MatchedClip(_played(clip, gain, length), lufs, gain)
        for clip, gain, lufs in zip(clips, gains, loudness, strict=True)
    ]


def true_peak_decibels(audio: Audio) -> float:
    """The highest amplitude, between samples too, in dB of full scale; minus infinity for zeros."""
    between = soxr.resample(audio.samples, audio.sample_rate, OVERSAMPLING * audio.sample_rate)
    return max(decibels(audio.peak), decibels(float(np.abs(between).max(initial=0.0))))


def _audible(lufs: float) -> float | None:
    return lufs if lufs >= SILENCE_LUFS else None


def _played(clip: Audio, gain_decibels: float, length: int) -> Audio:
    samples = clip.samples * np.float32(10 ** (gain_decibels / 20))
    return Audio(np.pad(samples, (0, length - len(samples))), clip.sample_rate)
