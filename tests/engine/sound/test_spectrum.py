"""Mel spectra: where a tone lies, how loud it is, how many moments there are."""

import numpy as np
import pytest

from engine.sound.audio import Audio
from engine.sound.spectrum import POWER_FLOOR, log_mel, moments

RATE = 8_000
TIME = np.arange(2 * RATE) / RATE


def tone(frequency: float) -> Audio:
    return Audio((0.1 * np.sin(2 * np.pi * frequency * TIME)).astype(np.float32), RATE)


def test_bands_lie_where_the_sound_is():
    low, high = (log_mel(tone(at)).mean(0) for at in (200, 3_000))
    assert low.argmax() < 8 and high.argmax() > 22
    assert low.max() == pytest.approx(10 * np.log10(0.1**2 / 4), abs=3)


def test_a_stride_of_two_takes_every_other_moment():
    np.testing.assert_array_equal(log_mel(tone(200), 2), log_mel(tone(200))[::2])


def test_silence_has_a_floor_and_a_short_sound_no_moments():
    silence = Audio(np.zeros(RATE, np.float32), RATE)
    assert (log_mel(silence) == 10 * np.log10(POWER_FLOOR)).all()
    assert len(moments(Audio(silence.samples[:100], RATE), 0.032)) == 0
