"""The key in which a model likes a piece best."""

import pytest
import torch

from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from engine.scoring.likelihood import log_likelihood
from engine.scoring.surprise import surprise_of
from engine.scoring.transposition import in_all_keys
from tests.engine.small_models import seeded

ROLL = PianoRoll(21, 88, 1)
IN_KEY = [pitch for pitch in range(88) if (pitch + 21) % 12 in (0, 2, 4, 5, 7, 9, 11)]  # C major


def model_with(logits: torch.Tensor) -> Model:
    """A model that thinks the same of every frame."""
    spec = {
        "cells": [{"name": "tanh", "input_size": 88, "hidden_size": 2}],
        "head": {"name": "bernoulli", "hidden_size": 2, "frame_size": 88},
    }
    model = build_model(spec)
    model.head.bias.data.copy_(logits)
    return model


def piece(num_frames: int = 60, seed: int = 1) -> torch.Tensor:
    """Some notes of C major from the middle of the keyboard."""
    frames = torch.zeros(num_frames, 88)
    keys = [key for key in IN_KEY if 20 <= key < 68]
    frames[:, keys] = (torch.rand(num_frames, len(keys), generator=seeded(seed)) < 0.3).float()
    return frames


def likes_c_major() -> Model:
    """A model of C major, at whatever height."""
    logits = torch.full((88,), -6.0)
    logits[IN_KEY] = -1.0
    return model_with(logits)


def at_home() -> torch.Tensor:
    """A piece whose mean pitch is that of the keyboard's middle."""
    frames = piece()
    return ROLL.transpose(frames, round(65 - ROLL.mean_pitch(frames)))


@pytest.mark.parametrize("shift", range(-14, 15))
def test_a_piece_has_the_same_figures_in_whatever_key_it_is_written(shift):
    """Keys were tried from six semitones below the file's own to five above: a tune in C had 4.416, the same
    tune in F sharp 4.599, because the one was tried an octave below the other."""
    model, frames = likes_c_major(), at_home()
    here = surprise_of(model, ROLL, frames)
    there = surprise_of(model, ROLL, ROLL.transpose(frames, shift))
    assert torch.equal(there.nats, here.nats)
    assert there.transposed_semitones == here.transposed_semitones - shift
    assert there.likelihood.num_sequences == 1 and int(there.likelihood.num_frames) == 60


@pytest.mark.parametrize("mean_pitch", [50.0, 65.0, 74.03])
@pytest.mark.parametrize("shift", [-13, 0, 6])
def test_all_twelve_keys_are_tried_near_the_corpus(shift, mean_pitch):
    frames = ROLL.transpose(at_home(), shift)
    semitones, pieces = in_all_keys(ROLL, frames, mean_pitch)
    assert sorted(number % 12 for number in semitones) == list(range(12))
    assert all(abs(ROLL.mean_pitch(piece) - mean_pitch) <= 7 for piece in pieces)
    for number, piece in zip(semitones, pieces, strict=True):
        assert torch.equal(piece, ROLL.transpose(frames, number))


def test_a_key_that_leaves_the_keyboard_near_the_corpus_is_tried_in_another_octave():
    """Notes near the top: the keys above do not fit there, and were once not tried at all."""
    frames = torch.zeros(4, 88)
    frames[:, [60, 87]] = 1
    semitones, _ = in_all_keys(ROLL, frames, 108.0)
    assert sorted(number % 12 for number in semitones) == list(range(12))
    assert max(semitones) == 0


def test_a_piece_that_is_moved_is_scored_as_it_would_be_there():
    model, frames = likes_c_major(), at_home()
    surprise = surprise_of(model, ROLL, frames)
    heard = ROLL.transpose(frames, surprise.transposed_semitones)
    expected = log_likelihood(model, heard.unsqueeze(0)).nats_per_frame
    assert surprise.likelihood.nats_per_frame == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("num_frames", [1, 200])
def test_on_a_tie_the_smallest_move_wins(num_frames, seed):
    """All keys are alike to this model. Sums in another order differ by rounding, which once decided."""
    model = model_with(torch.full((88,), -2.3))
    assert surprise_of(model, ROLL, at_home()[:num_frames]).transposed_semitones == 0


def test_of_two_equal_moves_the_one_downwards_wins():
    """One note, which the model likes just as well a semitone lower and higher, and not where it is."""
    logits = torch.full((88,), -4.0)
    logits[[39, 41]] = 2.0
    frames = torch.zeros(5, 88)
    frames[:, 40] = 1
    assert surprise_of(model_with(logits), ROLL, frames).transposed_semitones == -1


@pytest.mark.parametrize(("column", "expected"), [(0, 0), (2, -2), (87, 0), (86, 1), (44, 43)])
def test_no_note_leaves_the_keyboard(column, expected):
    """The model likes both ends of the keyboard, and what lies beyond them cannot be asked."""
    logits = torch.full((88,), -4.0)
    logits[[0, 87]] = 3.0
    frames = torch.zeros(3, 88)
    frames[:, column] = 1
    mean_pitch = 23.0 if column < 40 else 107.0
    assert surprise_of(model_with(logits), ROLL, frames, mean_pitch).transposed_semitones == expected


def test_a_piece_over_the_whole_keyboard_stays():
    frames = torch.zeros(3, 88)
    frames[:, [0, 87]] = 1
    assert (
        surprise_of(model_with(torch.randn(88, generator=seeded(2))), ROLL, frames).transposed_semitones == 0
    )
