"""The key in which a model likes a piece best."""

import pytest
import torch

from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from engine.scoring.likelihood import log_likelihood
from engine.scoring.surprise import surprise_of
from engine.scoring.transposition import SEMITONES
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


@pytest.mark.parametrize("shift", SEMITONES)
def test_a_piece_moved_out_of_its_key_is_moved_back(shift):
    logits = torch.full((88,), -6.0)
    logits[IN_KEY] = -1.0
    model, frames = model_with(logits), piece()
    found = surprise_of(model, ROLL, ROLL.transpose(frames, shift))
    semitones, likelihood = found.transposed_semitones, found.likelihood
    assert semitones == -shift if -shift in SEMITONES else (semitones + shift) % 12 == 0
    if semitones == -shift:
        expected = log_likelihood(model, frames.unsqueeze(0)).nats_per_frame
        assert likelihood.nats_per_frame == pytest.approx(expected)
    assert likelihood.num_sequences == 1 and int(likelihood.num_frames) == 60


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("num_frames", [1, 200])
def test_on_a_tie_the_smallest_move_wins(num_frames, seed):
    """To this model all keys are one. Sums in another order differ by rounding, which once chose the key."""
    model = model_with(torch.full((88,), -2.3))
    assert surprise_of(model, ROLL, piece(num_frames, seed)).transposed_semitones == 0


def test_of_two_equal_moves_the_one_downwards_wins():
    """One note, which the model likes just as well a semitone lower and higher, and not where it is."""
    logits = torch.full((88,), -4.0)
    logits[[39, 41]] = 2.0
    frames = torch.zeros(5, 88)
    frames[:, 40] = 1
    assert surprise_of(model_with(logits), ROLL, frames).transposed_semitones == -1


@pytest.mark.parametrize(("column", "expected"), [(0, 0), (2, -2), (87, 0), (86, 1)])
def test_no_note_leaves_the_keyboard(column, expected):
    """The model likes both ends of the keyboard, and what lies beyond them cannot be asked."""
    logits = torch.full((88,), -4.0)
    logits[[0, 87]] = 3.0
    frames = torch.zeros(3, 88)
    frames[:, column] = 1
    assert surprise_of(model_with(logits), ROLL, frames).transposed_semitones == expected


def test_a_piece_over_the_whole_keyboard_stays():
    frames = torch.zeros(3, 88)
    frames[:, [0, 87]] = 1
    assert (
        surprise_of(model_with(torch.randn(88, generator=seeded(2))), ROLL, frames).transposed_semitones == 0
    )
