"""Figures of sounds for which they are known."""

import numpy as np
import pytest

from engine.sound.audio import Audio
from training.draws.speech import loudness, standstill, voicing
from training.draws.speech.words import fit_namer

RATE = 8_000
RNG = np.random.default_rng(3)
TIME = np.arange(4 * RATE) / RATE


def sound(samples: np.ndarray) -> Audio:
    return Audio(samples.astype(np.float32), RATE)


def noise(seconds: float = 4, level: float = 0.1) -> np.ndarray:
    return np.clip(level * RNG.normal(size=int(seconds * RATE)), -1, 1)


def tone(frequency: float) -> np.ndarray:
    """Ten harmonics, as vocal cords make them."""
    return 0.05 * sum(np.sin(2 * np.pi * frequency * number * TIME) for number in range(1, 11))


def test_loudness_swings_in_syllables():
    carrier = noise()
    shares = [
        loudness.syllable_share(sound(carrier * (1 + np.sin(2 * np.pi * speed * TIME)) / 2))
        for speed in (1, 4, 20)
    ]
    assert shares[1] > 0.8 and max(shares[0], shares[2]) < 0.2
    assert loudness.syllable_share(sound(carrier)) < 0.3
    assert loudness.syllable_share(sound(np.zeros(RATE))) == 0


def test_the_level_is_in_decibels_of_full_scale():
    assert loudness.levels(sound(np.full(RATE, 0.1))) == pytest.approx(-20, abs=1e-3)
    assert loudness.levels(sound(np.zeros(RATE))) == pytest.approx(-70)
    halves = np.concatenate((np.full(2 * RATE, 0.1), np.full(2 * RATE, 0.01)))
    assert loudness.level_spread(sound(halves)) == pytest.approx(10, abs=0.2)
    assert len(loudness.levels(sound(np.zeros(10)))) == loudness.level_spread(sound(np.zeros(10))) == 0


def test_what_is_far_louder_than_training_has_run_away():
    loudest = loudness.rms_of_loudest_second([sound(0.01 * TIME), sound(noise(level=0.1))])
    assert loudest == pytest.approx(0.1, rel=0.05)
    assert not loudness.runs_away(sound(noise(level=0.18)), loudest)
    assert loudness.runs_away(sound(np.concatenate((noise(2, 0.01), noise(1, 0.25)))), loudest)
    clipped = noise(4, 0.01)
    clipped[RATE : RATE + 100] = 1
    assert loudness.runs_away(sound(clipped), 1.0)
    assert loudness.rms_of_loudest_second([]) == 0


def test_three_seconds_of_quiet_are_silence():
    def with_quiet(seconds: float) -> Audio:
        return sound(np.concatenate((noise(1), noise(seconds, 2e-4), noise(1))))

    assert loudness.falls_silent(with_quiet(3.2)) and not loudness.falls_silent(with_quiet(2.8))


def test_a_voice_repeats_itself_and_noise_does_not():
    for frequency in (80, 150, 300):
        assert voicing.voiced_share(sound(tone(frequency))) > 0.95
    assert voicing.voiced_share(sound(noise())) < 0.05
    assert voicing.voiced_share(sound(1e-3 * tone(150))) == 0, "too quiet to count"
    assert voicing.voiced_share(sound(np.zeros(20))) == 0


def test_a_sound_that_is_held_stands_still():
    assert standstill.stands_still(sound(tone(150)))
    assert not standstill.stands_still(sound(tone(150) * (1 + np.sin(2 * np.pi * 3 * TIME)) / 2))
    assert not standstill.stands_still(sound(tone(150)[: int(1.9 * RATE)]))


def test_words_are_named_and_noise_is_not():
    def spoken(frequency: float) -> Audio:
        start = int(RNG.integers(0, 400))
        samples = tone(frequency)[start : start + RATE // 2] * np.linspace(1, 0.1, RATE // 2)
        return sound(samples * RNG.uniform(0.5, 1.5) + noise(0.5, 1e-3))

    words = {"low": 100, "middle": 220, "high": 390}
    namer = fit_namer([(word, spoken(frequency)) for word, frequency in words.items() for _ in range(24)], [])
    named = namer.names([spoken(frequency) for frequency in words.values() for _ in range(8)])
    rightly = [name == word for name, word in zip(named, np.repeat(list(words), 8), strict=True)]
    assert np.mean(rightly) > 0.8
    assert np.mean([name is not None for name in namer.names([sound(noise(0.5)) for _ in range(20)])]) < 0.2
    assert namer.names([]) == []
