"""Playback: the one gain that all sound passes through before it is played, so that no draw can hurt ears.

Conventions
    peak      at most -3 dBFS, so that nothing clips in a player either
    loudness  at most -16 LUFS, integrated, ITU-R BS.1770-4 (pyloudnorm); the mean of two channels' powers
              and not the sum, since a single channel is played by two loudspeakers too
    quiet     quiet sound is raised towards -16 LUFS by at most 12 dB; silence and sound below -50 LUFS are
              not raised, since that would only raise the noise floor
    fades     10 ms at both ends (raised cosine), before anything is measured
    rate      44.1 or 48 kHz, which every browser plays; kept if it is one of them
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.sound import PLAYBACK_SAMPLE_RATES, Audio, decibels

MAX_PEAK_DECIBELS = -3.0  # dBFS
MAX_LOUDNESS_LUFS = -16.0
MAX_RAISE_DECIBELS = 12.0
NOISE_FLOOR_LUFS = -50.0
SILENCE_LUFS = -70.0  # the absolute gate of BS.1770: anything quieter counts as silence
FADE_SECONDS = 0.010
MIN_MEASURED_SECONDS = 0.5  # BS.1770 measures blocks of 0.4 s
FULL_SCALE = 0.999  # samples from here on count as clipped …
MIN_CLIPPED_SHARE = 0.001  # … and are mentioned if they are at least this share of all


@dataclass(frozen=True)
class Playback:
    """Sound that is fit to be played, and what was done to it.

    Attributes:
        audio: the sound at 44.1 or 48 kHz, faded, with the gain applied.
        gain_decibels: the gain; not above 0 for silence.
        loudness_lufs: the loudness of ``audio``; minus infinity for silence.
        is_silent: nothing can be heard: empty, zeros, a constant, or below -70 LUFS.
        clipped_share: share of the given samples that were at full scale, from 0 to 1.
    """

    audio: Audio
    gain_decibels: float
    loudness_lufs: float
    is_silent: bool
    clipped_share: float

    @property
    def is_clipped(self) -> bool:
        """Whether enough samples are at full scale to be heard as distortion."""
        return self.clipped_share >= MIN_CLIPPED_SHARE

    @property
    def messages(self) -> tuple[str, ...]:
        """What a listener should know, one sentence each; usually nothing."""
        messages = []
        if self.is_silent:
            messages.append("This is silent: there is nothing to hear.")
        if self.is_clipped:
            messages.append(
                f"This is clipped: {self.clipped_share:.1%} of its samples are at full scale,"
                " which is heard as distortion."
            )
        return tuple(messages)


def prepare_playback(audio: Audio) -> Playback:
    """The sound at a safe and even level, with the gain that was applied; see Conventions.

    Its length in seconds stays the same, to the nearest sample of its new rate.
    """
    clipped_share = float((np.abs(audio.samples) >= FULL_SCALE).mean()) if len(audio.samples) else 0.0
    sound = faded(audio.resample(playback_sample_rate(audio.sample_rate)))
    loudness_lufs = measure_loudness(sound)
    is_constant = np.ptp(audio.samples) == 0 if len(audio.samples) else True
    is_silent = bool(is_constant or loudness_lufs < SILENCE_LUFS)
    gain_decibels = _choose_gain(loudness_lufs, decibels(sound.peak), is_silent)
    samples = sound.samples * np.float32(10 ** (gain_decibels / 20))
    return Playback(
        Audio(samples, sound.sample_rate),
        gain_decibels,
        -math.inf if is_silent else loudness_lufs + gain_decibels,
        is_silent,
        clipped_share,
    )


def safe_gain(audio: Audio) -> float:
    """The gain in dB that brings a sound to the level at which everything is played; see Conventions."""
    loudness_lufs = measure_loudness(audio)
    return _choose_gain(loudness_lufs, decibels(audio.peak), loudness_lufs < SILENCE_LUFS)


def playback_sample_rate(sample_rate: int) -> int:
    """The rate in Hz at which sound of this rate is played: 44,100 for multiples of 11,025, else 48,000."""
    if sample_rate in PLAYBACK_SAMPLE_RATES:
        return sample_rate
    return 44_100 if sample_rate % 11_025 == 0 else 48_000


def measure_loudness(audio: Audio) -> float:
    """Integrated loudness in LUFS by BS.1770-4, see Conventions; minus infinity below its gate of -70.

    Sound shorter than half a second is repeated before it is measured: BS.1770 is not defined for
    sound that short, and padding with zeros would make it seem quieter than it is.
    """
    num_samples = len(audio.samples)
    if num_samples == 0:
        return -math.inf
    num_repeats = math.ceil(MIN_MEASURED_SECONDS * audio.sample_rate / num_samples)
    samples = np.concatenate([audio.samples] * num_repeats)
    import pyloudnorm  # on first use: it brings scipy.signal, which takes longer than the rest of the engine

    summed = float(pyloudnorm.Meter(audio.sample_rate).integrated_loudness(samples))
    return summed - decibels(float(audio.num_channels)) / 2


def _choose_gain(loudness_lufs: float, peak_decibels: float, is_silent: bool) -> float:
    """The gain in dB for a sound of this loudness and peak; not above 0 for silence and noise floors."""
    is_raised = loudness_lufs >= NOISE_FLOOR_LUFS and not is_silent
    return min(
        MAX_LOUDNESS_LUFS - loudness_lufs,
        MAX_PEAK_DECIBELS - peak_decibels,
        MAX_RAISE_DECIBELS if is_raised else 0.0,
    )


def faded(audio: Audio) -> Audio:
    """The sound faded in and out over 10 ms (raised cosine), or over half of its length if that is less."""
    num_faded = min(round(FADE_SECONDS * audio.sample_rate), len(audio.samples) // 2)
    if num_faded == 0:
        return audio
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(num_faded) / num_faded)).astype(np.float32)
    samples = audio.samples.copy()
    channels = samples.reshape(len(samples), -1)
    channels[:num_faded] *= ramp[:, None]
    channels[-num_faded:] *= ramp[::-1, None]
    return Audio(samples, audio.sample_rate)
