"""Waveform: exact round trip, and 65,536 bins that tile the line."""

import math

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.registry import build
from engine.representations import REPRESENTATIONS
from engine.representations.waveform import Waveform
from engine.sound.audio import Audio

WAVEFORM = Waveform(sample_rate=8_000, mean=0.003, scale=0.07)
STEPS = np.arange(-32_768, 32_768)


def sound(steps: np.ndarray, sample_rate: int = 8_000) -> Audio:
    return Audio((steps / 32_768).astype(np.float32), sample_rate)


def test_decoding_what_was_encoded_gives_the_same_16_bit_integers():
    steps = np.random.default_rng(0).permutation(STEPS)[:65_530]
    decoded = WAVEFORM.decode(WAVEFORM.encode(sound(steps)))
    assert np.abs(decoded.samples * 32_768 - steps).max() < 0.01
    assert decoded.sample_rate == 8_000


def test_encoding_standardises_and_drops_the_last_incomplete_frame():
    steps = np.arange(-12, 13) * 1_000
    frames = WAVEFORM.encode(sound(steps))
    assert frames.shape == (2, 10)
    expected = (steps[:20] / 32_768 - 0.003) / 0.07
    np.testing.assert_allclose(frames.numpy().reshape(-1), expected, rtol=1e-6)


@pytest.mark.parametrize("length", [0, 9])
def test_a_sound_shorter_than_a_frame_gives_no_frames_and_no_frames_give_no_sound(length):
    frames = WAVEFORM.encode(sound(np.zeros(length)))
    assert frames.shape == (0, 10)
    assert len(WAVEFORM.decode(frames).samples) == 0


def test_encoding_resamples():
    seconds = np.arange(48_000) / 48_000
    tone = Audio((0.5 * np.sin(2 * math.pi * 100 * seconds)).astype(np.float32), 48_000)
    decoded = WAVEFORM.decode(WAVEFORM.encode(tone))
    expected = 0.5 * np.sin(2 * math.pi * 100 * np.arange(8_000) / 8_000)
    np.testing.assert_allclose(decoded.samples[200:-200], expected[200:-200], atol=1e-3)


def test_decoding_clips_and_takes_what_is_no_number_as_silence():
    frames = torch.zeros(1, 10)
    frames[0, :4] = torch.tensor([1e9, -1e9, math.inf, math.nan])
    samples = Waveform(8_000, 0.0, 0.1).decode(frames).samples
    assert samples.tolist() == [1, -1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_bins_tile_the_line():
    """Each bin ends where the next begins, the first and last reach to infinity."""
    frames = WAVEFORM.encode(sound(np.append(STEPS, np.zeros(4))))
    lower, upper = (edge.reshape(-1)[: len(STEPS)] for edge in WAVEFORM.bin_edges(frames))
    assert lower.dtype == torch.float64
    assert lower[0] == -math.inf and upper[-1] == math.inf
    torch.testing.assert_close(upper[:-1], lower[1:], rtol=0, atol=1e-12)
    assert (lower < upper).all()


def test_masses_of_all_bins_sum_to_one():
    frames = WAVEFORM.encode(sound(np.append(STEPS, np.zeros(4))))
    lower, upper = (edge.reshape(-1)[: len(STEPS)] for edge in WAVEFORM.bin_edges(frames))
    density = torch.distributions.Normal(torch.tensor(0.5).double(), torch.tensor(3.0).double())
    assert float((density.cdf(upper) - density.cdf(lower)).sum()) == pytest.approx(1, abs=1e-12)


def test_samples_lie_in_their_bins_and_beyond_full_scale_in_the_end_bins():
    frames = torch.linspace(-40, 40, 1_000).reshape(100, 10)
    lower, upper = WAVEFORM.bin_edges(frames)
    assert ((lower <= frames) & (frames < upper)).all()
    assert lower[0, 0] == -math.inf and upper[-1, -1] == math.inf


def test_min_log_scale_is_half_a_16_bit_step():
    lower, upper = WAVEFORM.bin_edges(torch.zeros(1, 10))
    assert math.exp(WAVEFORM.min_log_scale) == pytest.approx(float(upper[0, 0] - lower[0, 0]) / 2)


def test_spec_builds_the_same_waveform():
    assert build("representation", REPRESENTATIONS, WAVEFORM.spec) == WAVEFORM
    assert (WAVEFORM.frame_size, WAVEFORM.context_frames, WAVEFORM.frames_per_second) == (10, 2, 800)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sample_rate": 0}, "Hz"),
        ({"samples_per_frame": 0}, "positive"),
        ({"mean": 2.0}, "amplitude"),
        ({"mean": math.nan}, "amplitude"),
        ({"scale": 0.0}, "was every sample the same"),
        ({"scale": math.inf}, "scale"),
    ],
)
def test_numbers_out_of_range_are_refused(values, message):
    with pytest.raises(InvalidValueError, match=message):
        Waveform(**{"sample_rate": 8_000, "mean": 0.0, "scale": 0.1, **values})


def test_frames_of_another_size_are_refused():
    with pytest.raises(InvalidValueError, match="20 samples but this waveform has 10"):
        WAVEFORM.decode(torch.zeros(3, 20))
