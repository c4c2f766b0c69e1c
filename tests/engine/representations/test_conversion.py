"""The same sound in the frames of another model, to the sample."""

import numpy as np
import pytest

from engine.errors import InvalidValueError
from engine.representations import PianoRoll, Waveform, are_alike, converted, widest
from engine.sound import Audio

PAPERS = Waveform(8_000, 0.003, 0.21, 10)
BEST = Waveform(8_000, 0.0, 0.07, 20)
FASTER = Waveform(16_000, 0.0, 0.07, 20)
ROLL = PianoRoll(21, 88, 1)


def steps(count: int) -> Audio:
    """Samples of whole 16-bit steps, both ends among them."""
    numbers = np.random.default_rng(1).integers(-32_768, 32_768, count)
    numbers[:2] = -32_768, 32_767
    return Audio((numbers / 32_768).astype(np.float32), 8_000)


@pytest.mark.parametrize(("source", "target"), [(PAPERS, BEST), (BEST, PAPERS), (BEST, BEST)])
def test_every_sample_is_the_same(source, target):
    sound = steps(400)
    samples = target.decode(converted(source.encode(sound), source, target)).samples
    assert np.array_equal(np.round(samples * 32_768), np.round(sound.samples * 32_768))


def test_what_fills_no_frame_is_left_out():
    frames = PAPERS.encode(steps(390))
    assert converted(frames, PAPERS, BEST).shape == (19, 20)


@pytest.mark.parametrize("target", [FASTER, ROLL])
def test_what_is_not_alike_is_refused(target):
    assert not are_alike(BEST, target)
    with pytest.raises(InvalidValueError, match="cannot be read as frames of"):
        converted(BEST.encode(steps(40)), BEST, target)


def test_the_widest_has_the_longest_frames():
    assert widest([PAPERS, BEST]) is BEST and widest([BEST, PAPERS]) is BEST
