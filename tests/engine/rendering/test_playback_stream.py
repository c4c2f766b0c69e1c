"""Streams: the same limits as for a whole sound, chunk by chunk."""

import numpy as np
import pytest

from engine.rendering.playback import MAX_LOUDNESS_LUFS, MAX_PEAK_DECIBELS, measure_loudness
from engine.rendering.playback_stream import PlaybackStream
from engine.sound.audio import Audio, decibels

RATE = 8_000


def tone(seconds: float, amplitude: float, hertz: float = 300.0) -> Audio:
    times = np.arange(round(seconds * RATE)) / RATE
    return Audio((amplitude * np.sin(2 * np.pi * hertz * times)).astype(np.float32), RATE)


def played(chunks: list[Audio]) -> list[Audio]:
    stream = PlaybackStream(RATE)
    return [stream.push(chunk, is_last=number == len(chunks) - 1) for number, chunk in enumerate(chunks)]


@pytest.mark.parametrize("amplitudes", [(0.01, 1.0, 0.01), (1.0, 0.1), (0.5, 0.5, 1.0, 1.0)])
def test_no_chunk_is_above_the_limits(amplitudes):
    for sound in played([tone(1.0, amplitude) for amplitude in amplitudes]):
        assert decibels(sound.peak) <= MAX_PEAK_DECIBELS + 1e-3
        assert measure_loudness(sound) <= MAX_LOUDNESS_LUFS + 0.3  # the step of the gain is inside the chunk
        assert sound.sample_rate == 48_000


def test_noise_at_full_scale_is_turned_down():
    noise = np.random.default_rng(1).uniform(-1, 1, RATE).astype(np.float32)
    (sound,) = played([Audio(noise, RATE)])
    assert measure_loudness(sound) <= MAX_LOUDNESS_LUFS + 0.3


def test_the_gain_never_rises():
    """A stream that followed the loudness up would pump: what is quiet after something loud stays quiet."""
    loud, quiet = played([tone(1.0, 1.0), tone(1.0, 0.1)])
    inner = slice(len(quiet.samples) // 4, len(quiet.samples) // 2)
    gains = [
        np.abs(sound.samples[inner]).max() / amplitude for sound, amplitude in ((loud, 1.0), (quiet, 0.1))
    ]
    assert gains[1] <= gains[0] * 1.001


def test_nothing_is_lost_and_both_ends_are_faded():
    chunks = [tone(0.7, 0.3) for _ in range(3)]
    sound = np.concatenate([part.samples for part in played(chunks)])
    assert len(sound) == pytest.approx(2.1 * 48_000, abs=2)
    assert abs(sound[0]) < 1e-3 and abs(sound[-1]) < 1e-3


def test_chunks_join_without_a_click():
    """Resampling each chunk by itself would put a step at every seam."""
    whole = tone(2.0, 0.3)
    halves = [Audio(part.copy(), RATE) for part in np.split(whole.samples, 2)]
    sound = np.concatenate([part.samples for part in played(halves)])
    steps = np.abs(np.diff(sound[2_000:-2_000]))
    assert steps.max() <= 1.05 * 2 * np.pi * 300 / 48_000 * np.abs(sound).max()


def test_silence_stays_silent():
    for sound in played([Audio(np.zeros(RATE, np.float32), RATE)] * 2):
        assert sound.peak == 0


def test_an_empty_last_chunk_ends_the_stream():
    first, last = played([tone(1.0, 0.3), Audio(np.zeros(0, np.float32), RATE)])
    assert len(first.samples) + len(last.samples) == pytest.approx(48_000, abs=2)
