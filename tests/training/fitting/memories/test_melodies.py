"""Melodies for a model that is fitted: worth it where tunes recur, left alone where they do not."""

import pytest
import torch

from engine.models.model import Model
from engine.models.model_spec import build_model
from tests.engine.small_models import randomise, seeded
from training.fitting.evaluate import score_split
from training.fitting.memories.melodies import choose_melodies, reminded


def tunes(count: int, length: int, seed: int) -> list[torch.Tensor]:
    """Pieces of one voice."""
    rng = seeded(seed)
    pitches = [torch.randint(88, (length,), generator=rng) for _ in range(count)]
    return [torch.nn.functional.one_hot(line, 88).float() for line in pitches]


def small_model() -> Model:
    head = {"name": "note_list", "num_units": 4, "input_size": 88, "hidden_size": 4, "frame_size": 88}
    cell = {"name": "gru", "input_size": 88, "hidden_size": 4}
    return randomise(build_model({"cells": [cell], "head": head}), 1, 0.1).requires_grad_(False)


def test_tunes_that_recur_are_worth_much_and_the_gain_is_that_of_the_whole_likelihood():
    train = tunes(6, 20, seed=1)
    valid = [torch.cat((piece[:12], other)) for piece, other in zip(train, tunes(6, 3, seed=2), strict=True)]
    model = small_model()
    melodies, gain = choose_melodies(model, train, valid)
    before = score_split(model, valid).nats_per_frame
    after = score_split(reminded(model, melodies, train), valid).nats_per_frame
    assert gain > 1 and before - after == pytest.approx(gain, abs=1e-3)


def test_tunes_that_do_not_recur_are_worth_nothing_and_cost_nothing():
    train, valid = tunes(6, 20, seed=1), tunes(6, 20, seed=3)
    model = small_model()
    assert -0.05 < choose_melodies(model, train, valid)[1] < 0.3


def test_of_a_large_corpus_some_pieces_are_looked_at(monkeypatch):
    train = tunes(6, 20, seed=1)
    monkeypatch.setattr("training.fitting.memories.melodies.MAX_COMPARISONS", 120 * 45)
    monkeypatch.setattr("training.fitting.memories.melodies.MAX_MELODY_TRIALS", 12)
    valid = [*train[:2], *tunes(40, 20, seed=5)]
    assert choose_melodies(small_model(), train, valid)[1] > 1  # over the first two alone, which recur
