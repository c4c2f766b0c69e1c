"""Windows: how they are cut, chosen, shared out among splits, and standardised."""

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.sound.audio import Audio
from training.corpora.windows import SILENT_WINDOWS, cut, evenly_spaced, shares, window_corpus


def noise(seed: int, length: int, scale: float = 0.1) -> Audio:
    samples = np.random.default_rng(seed).uniform(-scale, scale, length)
    return Audio(samples.astype(np.float32), 8_000)


def test_windows_are_consecutive_and_the_incomplete_last_is_dropped():
    audio = noise(0, 25)
    np.testing.assert_array_equal(cut(audio, 10), audio.samples[:20].reshape(2, 10))
    assert cut(noise(0, 9), 10).shape == (0, 10)


@pytest.mark.parametrize(("count", "wanted"), [(10, 10), (10, 3), (7, 6), (1_000, 137), (5, 0)])
def test_a_choice_is_spread_evenly(count, wanted):
    chosen = evenly_spaced(count, wanted)
    assert len(set(chosen)) == wanted
    assert all(0 <= index < count for index in chosen)
    gaps = np.diff(chosen)
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1


@pytest.mark.parametrize("total", [1, 7, 100, 799])
def test_shares_sum_up_and_are_within_one_of_the_proportion(total):
    counts = {"train": 653, "valid": 81, "test": 66}
    parts = shares(counts, total)
    assert sum(parts.values()) == total
    assert all(abs(parts[split] - total * counts[split] / 800) < 1 for split in counts)


def test_silent_windows_are_left_out_and_the_rest_standardised_by_the_training_windows():
    silence = Audio(np.full(100, 0.5, np.float32), 8_000)  # a constant is silence, whatever its height
    data = window_corpus(
        {"train": [noise(1, 1_000), silence], "valid": [noise(2, 200)], "test": [noise(3, 99)]}, 50
    )
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 20,
        "valid": 4,
        "test": 1,
    }
    train = torch.cat(data.splits["train"]).double()
    assert float(train.mean()) == pytest.approx(0, abs=1e-6)
    assert float(train.std(correction=0)) == pytest.approx(1, abs=1e-6)
    assert data.report.counts[SILENT_WINDOWS] == 2
    np.testing.assert_allclose(
        data.representation.decode(data.splits["valid"][0]).samples, noise(2, 200).samples[:50], atol=1e-6
    )


def test_a_wanted_number_is_shared_in_proportion():
    recordings = {"train": [noise(1, 1_600)], "valid": [noise(2, 200)], "test": [noise(3, 200)]}
    data = window_corpus(recordings, 10, 100)
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 80,
        "valid": 10,
        "test": 10,
    }


def test_too_few_windows_are_an_error_that_says_so():
    recordings = {"train": [noise(1, 100)], "valid": [noise(2, 100)], "test": [noise(3, 100)]}
    with pytest.raises(InvalidValueError, match="31 wanted"):
        window_corpus(recordings, 10, 31)
    with pytest.raises(InvalidValueError, match="longer or louder"):
        window_corpus({**recordings, "test": [noise(3, 100, scale=0.0001)]}, 10)
