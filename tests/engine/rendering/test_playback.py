"""The one gain: never too loud, as pyloudnorm measures it; silence and clipping are named."""

import math

import numpy as np
import pyloudnorm
import pytest

from engine.rendering.playback import measure_loudness, playback_sample_rate, prepare_playback
from engine.sound.audio import Audio, decibels


def noise(amplitude, seconds=2.0, sample_rate=48_000, seed=0):
    samples = np.random.default_rng(seed).uniform(-amplitude, amplitude, round(seconds * sample_rate))
    return Audio(samples.astype(np.float32), sample_rate)


def tone(amplitude, seconds=2.0, sample_rate=48_000, hz=997.0):
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return Audio((amplitude * np.sin(2 * math.pi * hz * time)).astype(np.float32), sample_rate)


def click(seconds):
    samples = np.zeros(round(48_000 * seconds), np.float32)
    samples[len(samples) // 2] = 1
    return Audio(samples, 48_000)


SOUNDS = {
    "full noise": noise(1.0),
    "full noise, 16 kHz": noise(1.0, sample_rate=16_000),
    "full noise, 11.025 kHz": noise(1.0, sample_rate=11_025),
    "square": Audio(np.sign(tone(1.0).samples), 48_000),
    "quiet": tone(0.05),
    "a burst in silence": Audio(np.pad(noise(1.0, 0.3).samples, (96_000, 0)), 48_000),
    "0.1 s": noise(1.0, 0.1),
    "5 ms": noise(1.0, 0.005),
    "3 samples": Audio(np.array([1, -1, 1], np.float32), 8_000),
    "a click": click(3.0),
    "bass": tone(1.0, hz=20.0),
    "constant": Audio(np.full(48_000, 0.9, np.float32), 48_000),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_nothing_plays_too_loud(name):
    """The peak, and the loudness as pyloudnorm measures it, after zeros fill up the first second."""
    playback = prepare_playback(SOUNDS[name])
    samples = playback.audio.samples
    assert decibels(playback.audio.peak) <= -3 + 1e-3
    meter = pyloudnorm.Meter(playback.audio.sample_rate)
    padded = np.pad(samples, (0, max(0, playback.audio.sample_rate - len(samples))))
    assert meter.integrated_loudness(padded) <= -16 + 0.01
    assert samples.dtype == np.float32


@pytest.mark.parametrize("name", ["full noise", "full noise, 16 kHz", "square", "quiet", "bass"])
def test_the_stated_loudness_is_measured_and_the_limit_is_reached(name):
    playback = prepare_playback(SOUNDS[name])
    measured = pyloudnorm.Meter(playback.audio.sample_rate).integrated_loudness(playback.audio.samples)
    assert playback.loudness_lufs == pytest.approx(measured, abs=0.01)
    at_a_limit = (
        abs(measured + 16) < 0.01,
        abs(decibels(playback.audio.peak) + 3) < 0.01,
        abs(playback.gain_decibels - 12) < 0.01,
    )
    assert any(at_a_limit)


def test_two_equal_channels_are_as_loud_as_one():
    """One channel is played by two loudspeakers too."""
    mono = tone(0.3)
    stereo = Audio(np.stack([mono.samples, mono.samples], 1), mono.sample_rate)
    assert measure_loudness(stereo) == pytest.approx(measure_loudness(mono), abs=1e-3)
    played = prepare_playback(stereo).audio
    np.testing.assert_allclose(
        played.samples[:, 1], prepare_playback(mono).audio.samples, rtol=1e-3, atol=1e-6
    )
    np.testing.assert_allclose(played.mono.samples, played.samples[:, 0], atol=1e-6)


def test_a_tone_of_known_loudness():
    """BS.1770-4: 0 dBFS at 997 Hz in one channel is -3.01 LUFS."""
    assert measure_loudness(tone(1.0)) == pytest.approx(-3.01, abs=0.05)
    assert measure_loudness(tone(1.0, 0.1)) == pytest.approx(-3.01, abs=0.3)


def test_quiet_sound_is_raised_by_at_most_12_decibels():
    assert prepare_playback(tone(0.05)).gain_decibels == pytest.approx(12)
    assert prepare_playback(tone(0.15)).loudness_lufs == pytest.approx(-16, abs=0.01)


@pytest.mark.parametrize("amplitude", [1e-4, 1e-3])
def test_a_noise_floor_is_not_raised(amplitude):
    assert prepare_playback(noise(amplitude)).gain_decibels == 0


@pytest.mark.parametrize("num_samples", [0, 1, 2, 100, 48_000])
def test_silence_stays_silence_and_is_named(num_samples):
    playback = prepare_playback(Audio(np.zeros(num_samples, np.float32), 48_000))
    assert playback.is_silent
    assert playback.loudness_lufs == -math.inf
    assert playback.gain_decibels == 0
    assert not playback.audio.samples.any()
    assert len(playback.audio.samples) == num_samples
    assert any("silent" in message for message in playback.messages)


def test_a_constant_cannot_be_heard():
    assert prepare_playback(SOUNDS["constant"]).is_silent


def test_clipping_is_named_and_one_full_sample_is_not():
    clipped = prepare_playback(Audio(np.clip(3 * tone(1.0).samples, -1, 1), 48_000))
    assert clipped.clipped_share == pytest.approx(2 / math.pi * math.acos(1 / 3), abs=0.01)
    (message,) = clipped.messages
    assert message.startswith("This is clipped: 78.")
    assert message.endswith("% of its samples are at full scale, which is heard as distortion.")
    assert prepare_playback(SOUNDS["a click"]).messages == ()


def test_both_ends_fade_over_10_milliseconds():
    """A constant shows the fade itself: from 0, half way after 5 ms, level in between."""
    samples = prepare_playback(SOUNDS["constant"]).audio.samples
    level = samples[24_000]
    assert samples[0] == samples[-1] == 0
    assert samples[240] == pytest.approx(level / 2, rel=0.01)
    assert samples[-241] == pytest.approx(level / 2, rel=0.01)
    np.testing.assert_allclose(samples[480:-480], level)


@pytest.mark.parametrize(
    ("given", "played"),
    [(8_000, 48_000), (16_000, 48_000), (32_000, 48_000), (11_025, 44_100), (44_100, 44_100)],
)
def test_the_rate_is_one_that_browsers_play_and_the_length_stays(given, played):
    assert playback_sample_rate(given) == played
    sound = tone(0.5, 1.5, given)
    audio = prepare_playback(sound).audio
    assert audio.sample_rate == played
    assert audio.duration_seconds == pytest.approx(sound.duration_seconds, abs=1 / played)


def test_what_is_given_is_not_changed():
    given = noise(1.0)
    before = given.samples.copy()
    prepare_playback(given)
    np.testing.assert_array_equal(given.samples, before)
