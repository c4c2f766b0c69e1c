"""Clips that are compared are equally loud by another library's meter, and none is clipped."""

import numpy as np
import pyloudnorm
import pytest

from engine.errors import InvalidValueError
from engine.listening.loudness import TARGET_LUFS, match_loudness, true_peak_decibels
from engine.sound.audio import Audio

RATE = 44_100


def tone(amplitude: float, seconds: float = 3.0, hertz: float = 440.0, rate: int = RATE) -> Audio:
    times = np.arange(round(seconds * rate)) / rate
    return Audio((amplitude * np.sin(2 * np.pi * hertz * times)).astype(np.float32), rate)


def clicks(amplitude: float, seconds: float = 3.0) -> Audio:
    """Short and sharp: loud at its peaks, quiet on the whole."""
    samples = np.zeros(round(seconds * RATE), dtype=np.float32)
    samples[2_000::11_025] = amplitude
    samples[2_001::11_025] = -amplitude
    return Audio(samples, RATE)


def lufs(audio: Audio) -> float:
    return pyloudnorm.Meter(audio.sample_rate).integrated_loudness(audio.samples)


def test_quiet_and_loud_are_played_alike():
    matched = match_loudness([tone(0.9), tone(0.02), tone(0.3, hertz=1_000)])
    assert [lufs(clip.audio) for clip in matched] == pytest.approx([TARGET_LUFS] * 3, abs=0.1)
    assert matched[0].gain_decibels < 0 < matched[1].gain_decibels
    for clip, amplitude in zip(matched, (0.9, 0.02, 0.3), strict=True):
        assert clip.audio.peak == pytest.approx(amplitude * 10 ** (clip.gain_decibels / 20), rel=1e-3)


def test_where_one_would_clip_all_are_turned_down_and_none_is_limited():
    matched = match_loudness([clicks(0.5), tone(0.5)])
    levels = [lufs(clip.audio) for clip in matched]
    assert levels[0] == pytest.approx(levels[1], abs=0.1) and levels[0] < TARGET_LUFS - 3
    assert max(true_peak_decibels(clip.audio) for clip in matched) == pytest.approx(-1.0, abs=0.1)
    ratio = (
        matched[0].audio.samples[11_025:]
        / np.where(clicks(0.5).samples == 0, 1, clicks(0.5).samples)[11_025:]
    )
    loud = ratio[ratio != 0]
    assert np.ptp(loud) < 1e-4 * loud.max(), "one gain for every sample"


def test_between_samples_a_peak_may_be_higher():
    turned = tone(1.0, hertz=RATE / 4)
    samples = np.sqrt(0.5) * np.sign(np.sin(2 * np.pi * (np.arange(RATE) + 0.5) / 4))
    assert true_peak_decibels(Audio(samples.astype(np.float32), RATE)) > -1.0
    assert true_peak_decibels(turned) == pytest.approx(0.0, abs=0.5)


def test_the_traps_of_the_meter():
    """Shorter than its blocks, silence, and silence next to sound: no error and no infinite gain."""
    short, silent, sound = match_loudness([tone(0.5, 0.2), tone(0.0), tone(0.1)])
    assert short.lufs == pytest.approx(lufs(tone(0.5)), abs=0.7)
    assert silent.lufs is None and silent.gain_decibels == 0 and silent.audio.peak == 0
    assert lufs(sound.audio) == pytest.approx(TARGET_LUFS, abs=0.1)
    assert [clip.gain_decibels for clip in match_loudness([tone(0.0), tone(0.0)])] == [0, 0]


def test_all_have_one_length_and_one_rate_and_begin_and_end_in_silence():
    matched = match_loudness([tone(0.5, 1.0), tone(0.5, 2.5), tone(0.5, 2.0, rate=16_000)])
    assert {(clip.audio.sample_rate, len(clip.audio.samples)) for clip in matched} == {(48_000, 120_000)}
    for clip in matched:
        assert clip.audio.samples[0] == 0 and abs(clip.audio.samples[-1]) < 1e-3
        assert np.abs(clip.audio.samples[:48]).max() < 0.05


@pytest.mark.parametrize("clips", [[], [Audio(np.zeros(0, np.float32), RATE)]])
def test_nothing_cannot_be_compared(clips):
    with pytest.raises(InvalidValueError, match="nothing to compare"):
        match_loudness(clips)
