"""The one gain through which all that plays goes, so that no draw can hurt anyone's ears.

Conventions
    peak      at most -3 dBFS, so that nothing clips in a player either
    loudness  at most -16 LUFS, integrated, ITU-R BS.1770-4 (pyloudnorm); of two channels the mean of their
              power and not the sum: sound of one channel comes from two loudspeakers, too
    quiet     sound is raised towards -16 LUFS too, by at most 12 dB; silence and what lies below
              -50 LUFS is not: that would only play its noise floor
    fades     10 ms at both ends (raised cosine), before anything is measured
    rate      44.1 or 48 kHz, which every browser plays; kept, if it is one of them
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.sound import PLAYBACK_SAMPLE_RATES, Audio, decibels

MAX_PEAK_DECIBELS = -3.0  # dBFS
MAX_LOUDNESS_LUFS = -16.0
MAX_RAISE_DECIBELS = 12.0
NOISE_FLOOR_LUFS = -50.0
SILENCE_LUFS = -70.0  # the absolute gate of BS.1770: what lies below counts as nothing
FADE_SECONDS = 0.010
MIN_MEASURED_SECONDS = 0.5  # BS.1770 measures blocks of 0.4 s
FULL_SCALE = 0.999  # samples from here on count as clipped …
MIN_CLIPPED_SHARE = 0.001  # … and are named when so many of all are


@dataclass(frozen=True)
class Playback:
    """Sound that is fit to be played, and what was done to it.

    Attributes:
        audio: 44.1 or 48 kHz, faded and turned to its level.
        gain_decibels: what was added; not above 0 for silence.
        loudness_lufs: of ``audio``; minus infinity for silence.
        is_silent: nothing can be heard: empty, zeros, a constant, or below -70 LUFS.
        clipped_share: share of the given samples that stood at full scale, from 0 to 1.
    """

    audio: Audio
    gain_decibels: float
    loudness_lufs: float
    is_silent: bool
    clipped_share: float

    @property
    def is_clipped(self) -> bool:
        """Whether so many samples stand at full scale that it is heard as distortion."""
        return self.clipped_share >= MIN_CLIPPED_SHARE

    @property
    def messages(self) -> tuple[str, ...]:
        """What a listener should know, one sentence each; usually nothing."""
        messages = []
        if self.is_silent:
            messages.append("This is silent: there is nothing to hear.")
        if self.is_clipped:
            messages.append(
                f"This is clipped: {self.clipped_share:.1%} of its samples stand at full scale,"
                " which is heard as distortion."
            )
        return tuple(messages)


def prepare_playback(audio: Audio) -> Playback:
    """The sound at a level that is safe and even, with the gain that was applied; see the conventions.

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
    """What brings a sound to the level of all that plays, in dB; see the conventions."""
    loudness_lufs = measure_loudness(audio)
    return _choose_gain(loudness_lufs, decibels(audio.peak), loudness_lufs < SILENCE_LUFS)


def playback_sample_rate(sample_rate: int) -> int:
    """The rate at which sound of this rate is played, in Hz: 44.1 kHz for its own parts, else 48 kHz."""
    if sample_rate in PLAYBACK_SAMPLE_RATES:
        return sample_rate
    return 44_100 if sample_rate % 11_025 == 0 else 48_000


def measure_loudness(audio: Audio) -> float:
    """Integrated loudness in LUFS by BS.1770-4; minus infinity for what lies below its gate of -70.

    Sound shorter than half a second is measured repeated, as loud as if it went on: BS.1770 is not
    defined for it, and zeros put after it would make it count as quieter than it is.
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
    """The gain in dB for a sound of this loudness and peak; not above 0 where there is nothing to raise."""
    is_raised = loudness_lufs >= NOISE_FLOOR_LUFS and not is_silent
    return min(
        MAX_LOUDNESS_LUFS - loudness_lufs,
        MAX_PEAK_DECIBELS - peak_decibels,
        MAX_RAISE_DECIBELS if is_raised else 0.0,
    )


def faded(audio: Audio) -> Audio:
    """The sound with 10 ms of raised cosine at both ends; less, if it is shorter than both."""
    num_faded = min(round(FADE_SECONDS * audio.sample_rate), len(audio.samples) // 2)
    if num_faded == 0:
        return audio
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(num_faded) / num_faded)).astype(np.float32)
    samples = audio.samples.copy()
    channels = samples.reshape(len(samples), -1)
    channels[:num_faded] *= ramp[:, None]
    channels[-num_faded:] *= ramp[::-1, None]
    return Audio(samples, audio.sample_rate)
