"""Audio: amplitudes and their rate."""

import math

import numpy as np
import pytest

from engine.errors import InvalidValueError
from engine.sound.audio import PLAYBACK_SAMPLE_RATES, Audio, decibels


def tone(hertz: float, sample_rate: int, seconds: float = 0.5, peak: float = 0.5) -> Audio:
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return Audio((peak * np.sin(2 * np.pi * hertz * time)).astype(np.float32), sample_rate)


def test_length_and_peak():
    audio = Audio(np.array([0.0, -0.75, 0.5], dtype=np.float32), 2)
    assert audio.duration_seconds == 1.5 and audio.peak == 0.75
    empty = Audio(np.zeros(0, dtype=np.float32), 8_000)
    assert empty.duration_seconds == 0 and empty.peak == 0


@pytest.mark.parametrize(
    ("samples", "sample_rate", "message"),
    [
        ([0.0], 0, "sample_rate=0 must be positive, in Hz"),
        ([0.0, math.nan], 8_000, "NaN or infinite"),
        ([-math.inf], 8_000, "NaN or infinite"),
        ([0.0, -1.5], 8_000, r"reach 1\.5 .* are these integers\?"),
    ],
)
def test_what_is_no_sound_is_refused(samples, sample_rate, message):
    with pytest.raises(InvalidValueError, match=message):
        Audio(np.array(samples, dtype=np.float32), sample_rate)


@pytest.mark.parametrize("sample_rate", PLAYBACK_SAMPLE_RATES)
def test_a_tone_keeps_pitch_length_and_level_at_another_rate(sample_rate):
    moved, expected = tone(440, 16_000).resample(sample_rate), tone(440, sample_rate)
    assert moved.sample_rate == sample_rate and moved.samples.dtype == np.float32
    assert len(moved.samples) == len(expected.samples)
    middle = slice(len(expected.samples) // 10, -len(expected.samples) // 10)
    np.testing.assert_allclose(moved.samples[middle], expected.samples[middle], atol=1e-4)


def test_the_same_rate_is_the_same_sound():
    audio = tone(440, 16_000)
    assert audio.resample(16_000) is audio


def test_overshoot_is_clipped():
    """A full-scale square wave overshoots 1 after a steep low-pass filter, as resampling needs."""
    square = Audio(np.sign(tone(100, 8_000).samples).astype(np.float32), 8_000)
    assert square.resample(44_100).peak == 1


def test_no_sound_stays_none():
    assert len(Audio(np.zeros(0, dtype=np.float32), 8_000).resample(48_000).samples) == 0


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, 0), (10.0, 20), (0.5, -6.0206), (0.0, -math.inf)])
def test_decibels(ratio, expected):
    assert decibels(ratio) == pytest.approx(expected, abs=1e-4)
