"""Kept melodies: closeness as its formula says, votes that follow what recurs, in parts as in one go."""

import math

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.models.melody_memory import Belief, MelodyMemory, melody
from tests.engine.small_models import binary_frames

SIZE = 5
NUMBERS = {"decay": 0.8, "same": 1.5, "other": -0.7, "start": 2.0, "doubt": 3.0}


def memory(pieces: list[torch.Tensor], **changed: float) -> MelodyMemory:
    kept = MelodyMemory(SIZE, sum(map(len, pieces)), Belief(**{**NUMBERS, **changed}))
    kept.keep(pieces)
    return kept


def pieces_of(*lengths: int) -> list[torch.Tensor]:
    return [binary_frames(length, SIZE, seed=seed) for seed, length in enumerate(lengths)]


def test_the_melody_is_the_highest_pitch_by_rank_and_silence_comes_last():
    frames = torch.tensor([[1.0, 0, 0], [1, 0, 1], [0, 1, 0], [0, 0, 0]])
    assert melody(frames).tolist() == [2, 0, 1, 3]


def test_votes_are_those_of_the_formula_place_by_place():
    pieces = pieces_of(4, 6, 1)
    heard = binary_frames(7, SIZE, seed=9)
    votes, left = memory(pieces).read(heard[None], memory(pieces).nothing(1), heard[None, 0])
    tops = [melody(piece).tolist() for piece in pieces]
    close = [[2.0 if place == 0 else 0.0 for place in range(len(top))] for top in tops]
    for t, now in enumerate([None, *melody(heard).tolist()[:-1]]):
        if now is not None:
            close = [
                [0.0, *((1.5 if r == now else -0.7) + 0.8 * c for r, c in zip(top, row, strict=True))][:-1]
                for top, row in zip(tops, close, strict=True)
            ]
        expected = np.zeros(SIZE + 1)
        for top, row in zip(tops, close, strict=True):
            for rank, closeness in zip(top, row, strict=True):
                expected[rank] += math.exp(closeness - 3.0)
        np.testing.assert_allclose(votes[0, t].numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(left[0].numpy(), np.concatenate(close), rtol=1e-5)


def test_a_piece_that_goes_like_a_melody_is_expected_to_go_on_like_it():
    pieces = pieces_of(40, 40, 40)
    votes, _ = memory(pieces, doubt=0.0).read(pieces[1][None], memory(pieces).nothing(1), pieces[1][None, 0])
    expected = votes[0, 12:].argmax(-1)
    assert torch.equal(expected, melody(pieces[1])[12:])


def test_reading_in_parts_is_reading_in_one_go():
    kept, heard = memory(pieces_of(9, 5)), binary_frames(11, SIZE, seed=4)
    whole, left = kept.read(heard[None], kept.nothing(1), heard[None, 0])
    first, between = kept.read(heard[None, :4], kept.nothing(1), torch.zeros(1, SIZE, dtype=torch.float64))
    nothing, same = kept.read(heard[None, 4:4], between, heard[None, 3])
    second, last = kept.read(heard[None, 4:], same, heard[None, 3])
    assert nothing.shape == (1, 0, SIZE + 1) and torch.equal(same, between)
    torch.testing.assert_close(torch.cat((first, second), 1), whole, rtol=0, atol=0)
    torch.testing.assert_close(last, left, rtol=0, atol=0)


def test_sequences_side_by_side_are_read_each_by_itself():
    kept = memory(pieces_of(9, 5))
    both = torch.stack([binary_frames(6, SIZE, seed=seed) for seed in (1, 2)])
    votes, _ = kept.read(both, kept.nothing(2), both[:, 0])
    for row, frames in enumerate(both):
        alone, _ = kept.read(frames[None], kept.nothing(1), frames[None, 0])
        torch.testing.assert_close(votes[row], alone[0])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"decay": 1.0}, "from 0 to below 1"),
        ({"decay": -0.1}, "from 0 to below 1"),
        ({"doubt": math.nan}, "doubt=nan must be a number"),
        ({"same": 20.0, "decay": 0.9}, "would outweigh"),
        ({"start": 1e6}, "would outweigh"),
    ],
)
def test_numbers_out_of_range_are_refused(changed, words):
    with pytest.raises(InvalidValueError, match=words):
        Belief(**{**NUMBERS, **changed})


@pytest.mark.parametrize(("num_pitches", "num_places"), [(0, 3), (5, 0), (300, 3)])
def test_sizes_out_of_range_are_refused(num_pitches, num_places):
    with pytest.raises(InvalidValueError):
        MelodyMemory(num_pitches, num_places, Belief(**NUMBERS))


def test_nothing_is_known_before_melodies_are_kept():
    empty = MelodyMemory(SIZE, 3, Belief(**NUMBERS))
    assert not empty.ranks.any() and not empty.begins.any()
