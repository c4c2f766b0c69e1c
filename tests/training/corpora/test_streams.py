"""Streams: all recordings of a voice, one after another."""

import numpy as np
import pytest

from engine.sound.audio import Audio
from training.corpora.streams import LOUDEST_PAUSE, PAUSE_SECONDS, streams

RATE = 8_000


def recordings(count: int, length: int = 3_000) -> list[Audio]:
    return [Audio(np.full(length, number / 100, np.float32), RATE) for number in range(1, count + 1)]


def test_every_recording_is_heard_once_and_whole():
    heard = streams(recordings(20), 2.0, np.random.default_rng(1))
    joined = np.concatenate([stream.samples for stream in heard])
    assert all((np.isclose(joined, number / 100)).sum() == 3_000 for number in range(1, 21))
    assert all(stream.duration_seconds >= 2 for stream in heard[:-1])


def test_pauses_are_as_quiet_as_the_quietest_moment_and_never_loud():
    rng = np.random.default_rng(2)
    loud = Audio((0.1 * rng.normal(size=3_000)).astype(np.float32).clip(-1, 1), RATE)
    half_quiet = Audio(np.concatenate((loud.samples, np.full(200, 0.5, np.float32))), RATE)
    for recording, level in ((loud, LOUDEST_PAUSE), (half_quiet, 0.0)):
        (stream,) = streams([recording], 9.0, np.random.default_rng(3))
        pause = stream.samples[len(recording.samples) :]
        assert PAUSE_SECONDS[0] * RATE - 1 <= len(pause) <= PAUSE_SECONDS[1] * RATE
        assert pause.std() == pytest.approx(level, abs=level / 3)
        assert (pause * 32_768 == np.round(pause * 32_768)).all(), "16-bit steps"


def test_the_same_chance_gives_the_same_streams():
    first, second = (streams(recordings(9), 1.0, np.random.default_rng(4)) for _ in range(2))
    assert [stream.samples.tolist() for stream in first] == [stream.samples.tolist() for stream in second]


def test_a_recording_of_one_sample_and_none_at_all():
    assert streams([], 1.0, np.random.default_rng(5)) == []
    (stream,) = streams([Audio(np.ones(1, np.float32), RATE)], 1.0, np.random.default_rng(5))
    assert stream.samples[0] == 1
