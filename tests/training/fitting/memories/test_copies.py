"""A copy memory for a finished model: worth much where pieces repeat themselves, and nothing elsewhere."""

import pytest
import torch

from engine.models.copy_memory import CopyMemory
from engine.models.copying import Copying
from tests.engine.small_models import seeded
from tests.training.fitting.memories.test_melodies import small_model, tunes
from training.fitting.evaluate import score_split, scores
from training.fitting.memories.copies import choose_copies


def test_pieces_that_come_back_are_worth_much_and_the_gain_is_that_of_the_whole_likelihood():
    valid = [
        torch.cat((piece, piece[:12], other))
        for piece, other in zip(tunes(6, 20, 1), tunes(6, 3, 2), strict=True)
    ]
    model = small_model()
    memory, gain = choose_copies(model, valid)
    whole, others = scores(Copying(model, memory), valid)
    before = score_split(model, valid).nats_per_frame
    assert gain > 1 and before - whole.nats_per_frame == pytest.approx(gain, abs=1e-3)
    assert others["nats_per_frame_without_copies"].nats_per_frame == pytest.approx(before, abs=1e-5)


def test_the_same_tune_higher_is_worth_something_to_the_guide_that_moves_it():
    # two semitones up; only the highest two pitches wrap to the lowest
    valid = [torch.cat((piece, piece.roll(2, -1))) for piece in tunes(6, 24, 1)]
    memory, gain = choose_copies(small_model(), valid)
    without = CopyMemory(88, memory.window, {key: memory.trusts[key] for key in ("same", "other", "line")})
    alone = scores(Copying(small_model(), without), valid)[0].nats_per_frame
    better = alone - scores(Copying(small_model(), memory), valid)[0].nats_per_frame
    assert gain > 1 and better > 1


def test_pieces_that_do_not_come_back_are_worth_nothing_and_cost_nothing():
    rng = seeded(4)
    valid = [(torch.rand(20, 88, generator=rng) < 0.05).float() for _ in range(6)]
    assert -0.05 < choose_copies(small_model(), valid)[1] < 0.05
