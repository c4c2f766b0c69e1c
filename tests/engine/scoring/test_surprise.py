"""Surprise of every frame: sums, parts, keys, bits, and the moments that stand out."""

import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from scipy.stats import norm

from engine.errors import InvalidValueError
from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.representations import REPRESENTATIONS
from engine.representations.piano_roll import PianoRoll
from engine.scoring import likelihood
from engine.scoring.likelihood import log_likelihood, read_in_parts
from engine.scoring.surprise import Reading, extreme_moments, surprise_of, window_means
from engine.sound.audio import Audio
from tests.engine.small_models import UNITS, published
from tests.engine.small_pieces import HEADS, ROLL, SIZE, model_of, piece

every_head = pytest.mark.parametrize("head", HEADS)


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of a few frames, however many keys are read."""
    monkeypatch.setattr(likelihood, "PART_FRAMES", 24)


@every_head
def test_the_nats_of_all_frames_add_up_to_the_likelihood_in_the_best_key(head, small_parts):
    model, frames = model_of(head), piece(40, free=1)
    surprise = surprise_of(model, ROLL, frames)
    moved = ROLL.transpose(frames, surprise.transposed_semitones)
    expected = log_likelihood(model, moved.unsqueeze(0))
    assert float(surprise.nats.sum()) == pytest.approx(-float(expected.totals), rel=1e-5)
    assert surprise.likelihood.nats_per_frame == pytest.approx(expected.nats_per_frame, rel=1e-5)
    whole, _ = model(moved.unsqueeze(0))
    torch.testing.assert_close(
        surprise.nats.float(), -whole.log_prob(moved.unsqueeze(0))[0], atol=1e-4, rtol=0
    )
    assert surprise.bits_per_sample is None and surprise.mean == surprise.likelihood.nats_per_frame


@every_head
def test_the_key_is_the_one_that_scores_best_of_all(head, small_parts):
    model, frames = model_of(head), piece(30, free=2)
    totals = {
        semitones: float(log_likelihood(model, ROLL.transpose(frames, semitones).unsqueeze(0)).totals)
        for semitones in range(-2, 3)
    }
    surprise = surprise_of(model, ROLL, frames)
    assert surprise.transposed_semitones == max(totals, key=totals.get)


@pytest.mark.parametrize("shift", [-3, 0, 4])
def test_a_piece_in_another_key_is_moved_back_and_is_no_more_surprising(shift):
    """With a model of notes by pitch class, whose key is C: the shift is undone, and no figure changes."""
    roll = PianoRoll(21, 88, 1)
    model = in_c_major()
    frames = torch.zeros(20, 88)
    for time in range(20):
        frames[time, 39 + [0, 2, 4, 5, 7, 9, 11][time * 3 % 7]] = 1
    at_home = surprise_of(model, roll, frames)
    moved = surprise_of(model, roll, roll.transpose(frames, shift))
    assert (at_home.transposed_semitones, moved.transposed_semitones) == (0, -shift)
    torch.testing.assert_close(at_home.nats, moved.nats)


def in_c_major() -> Model:
    """Every white key is likely, every black one is not, whatever was before."""
    spec = {
        "cells": [{"name": "tanh", "input_size": 88, "hidden_size": 2}],
        "head": {"name": "bernoulli", "hidden_size": 2, "frame_size": 88},
    }
    model = build_model(spec).requires_grad_(False)
    is_white = torch.tensor([(21 + column) % 12 in (0, 2, 4, 5, 7, 9, 11) for column in range(88)])
    model.head.bias.copy_(torch.where(is_white, -2.0, -6.0))
    return model


@every_head
@pytest.mark.parametrize("num_frames", [1, 23, 60])
def test_parts_are_one_pass(head, num_frames, small_parts):
    """Sixty frames in five keys: two dozen parts, with the memory of attention carried through them."""
    model, frames = model_of(head), torch.stack((piece(num_frames), piece(num_frames).flip(0)))
    parts = [(part, distribution.log_prob(part)) for part, distribution in read_in_parts(model, frames)]
    assert torch.equal(torch.cat([part for part, _ in parts], 1), frames)
    assert max(part.shape[1] for part, _ in parts) <= 12 // model.num_keys
    together = model(frames)[0].log_prob(frames)
    apart = torch.cat([log_probs for _, log_probs in parts], 1)
    torch.testing.assert_close(apart, together, atol=1e-4, rtol=0)


def test_the_frames_after_a_place_come_one_by_one():
    model, frames = model_of("list"), piece(9).unsqueeze(0)
    for place, lengths in ((6, [6, 1, 1, 1]), (0, [1] * 9), (9, [9]), (None, [9])):
        parts = [part.shape[1] for part, _ in read_in_parts(model, frames, singly_from=place)]
        assert parts == lengths


def test_a_reading_says_how_far_it_has_come(small_parts):
    reading = Reading(model_of("bernoulli"), ROLL, piece(40, free=1))
    counts = []
    while not reading.is_whole:
        reading.go_on()
        counts.append(reading.num_read)
    assert len(counts) > 3 and counts == sorted(set(counts)) and counts[-1] == reading.num_frames == 40


def test_bits_per_sample_are_those_of_the_16_bit_integers(tmp_path):
    """Against scipy: the mass of a mixture's normals between the edges of each sample's bin."""
    model, _ = published(tmp_path, "waveform", "tiny-speech")
    speech = REPRESENTATIONS["waveform"](**UNITS["waveform"])
    samples = np.round(3_000 * np.sin(np.arange(400) / 7)).astype(np.int64)
    frames = speech.encode(Audio((samples / 32_768).astype(np.float32), speech.sample_rate))
    surprise = surprise_of(model.requires_grad_(False), speech, frames)
    mixture, _ = model(frames.unsqueeze(0))
    weights = mixture.mixture_logits[0].double().log_softmax(-1).numpy()
    loc = mixture.loc[0].double().numpy()
    scale = mixture.log_scale[0].double().exp().numpy()
    bins = samples.reshape(40, 1, 10)
    edges = [((bins + side) / 32_768 - speech.mean) / speech.scale for side in (-0.5, 0.5)]
    mass = norm.cdf((edges[1] - loc) / scale) - norm.cdf((edges[0] - loc) / scale)
    expected = -logsumexp(weights + np.log(mass).sum(-1), axis=1) / 10 / math.log(2)
    np.testing.assert_allclose(surprise.bits_per_sample.numpy(), expected, rtol=1e-5)
    assert surprise.mean == pytest.approx(expected.mean(), rel=1e-5)
    likelihood = log_likelihood(model, frames.unsqueeze(0))
    assert float(surprise.nats.sum()) == pytest.approx(-float(likelihood.totals), rel=1e-5)
    assert surprise.transposed_semitones == 0


def test_a_density_above_one_is_a_likelihood_too(tmp_path):
    """Log-likelihoods of sound are often positive: the rule for ties of keys once took none of those."""
    model, _ = published(tmp_path, "waveform", "tiny-speech")
    speech = REPRESENTATIONS["waveform"](**UNITS["waveform"])
    model.requires_grad_(False).head.weight.zero_()
    model.head.bias.fill_(-4.0)
    surprise = surprise_of(model, speech, torch.full((5, 10), -4.0))
    assert float(surprise.nats.sum()) < 0 < surprise.mean


def test_speech_in_parts_is_speech_at_once(tmp_path, small_parts):
    model, _ = published(tmp_path, "waveform", "tiny-speech")
    speech = REPRESENTATIONS["waveform"](**UNITS["waveform"])
    frames = torch.randn(101, 10, generator=torch.Generator().manual_seed(1))
    together = model(frames.unsqueeze(0))[0].log_prob(frames.unsqueeze(0))[0]
    torch.testing.assert_close(surprise_of(model, speech, frames).nats.float(), -together, atol=1e-4, rtol=0)


def test_what_cannot_be_scored_is_refused():
    model = model_of("bernoulli")
    with pytest.raises(InvalidValueError, match="no frame to score"):
        Reading(model, ROLL, torch.zeros(0, SIZE))
    model.head.bias[0] = math.nan
    with pytest.raises(InvalidValueError, match="not finite"):
        surprise_of(model, ROLL, piece())


def test_windows_keep_what_is_left_at_the_end():
    values = torch.tensor([1.0, 3.0, 5.0, 7.0, 20.0], dtype=torch.float64)
    assert window_means(values, 2).tolist() == [2, 6, 20]


def test_extreme_moments_keep_apart_and_the_earlier_of_equals_counts():
    values = torch.tensor([5.0, 9.0, 9.0, 1.0, 1.0, 8.0], dtype=torch.float64)  # the mean is 5.5
    assert extreme_moments(values, 3) == ([1, 2, 5], [3, 4, 0])
    assert extreme_moments(values, 3, apart=2) == ([1, 5], [3, 0])
    assert extreme_moments(values, 2, apart=9) == ([1], [3])
    assert extreme_moments(values, 0) == ([], [])
    assert extreme_moments(torch.ones(4, dtype=torch.float64), 2) == ([0, 1], [0, 1])
