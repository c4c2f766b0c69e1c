"""When pieces end, fitted on pieces for which it is known."""

import numpy as np
import pytest
import torch

from engine.endings.signs import Signs
from training.fitting.ending import choose_ending

LOWEST = 40


def piece(rng: np.random.Generator) -> torch.Tensor:
    """Notes that change with every frame; the last one is held for four frames and is over then."""
    length = int(rng.integers(10, 60))
    places = np.cumsum(rng.integers(1, 11, length)) % 12
    frames = np.zeros((length + 3, 12), np.float32)
    frames[np.arange(length), places] = 1
    frames[length:] = frames[length - 1]
    return torch.from_numpy(frames)


def pieces(count: int, seed: int) -> list[torch.Tensor]:
    rng = np.random.default_rng(seed)
    return [piece(rng) for _ in range(count)]


def test_it_learns_what_ends_pieces():
    ending, nats = choose_ending(pieces(60, 1), pieces(20, 2), LOWEST)
    assert nats < 0.5  # where nothing tells, some 4.6
    for held_out in pieces(10, 3):
        hearing = Signs(LOWEST)
        chances = [ending.chance(hearing.hear(frame)) for frame in held_out.numpy() > 0.5]
        assert chances[-1] > 0.7 and max(chances[:-1]) < 0.2


def test_the_same_pieces_give_the_same_numbers():
    assert choose_ending(pieces(9, 1), pieces(4, 2), LOWEST) == choose_ending(
        pieces(9, 1), pieces(4, 2), LOWEST
    )


def test_validation_is_what_it_is_judged_by_and_may_be_missing():
    _, nats = choose_ending(pieces(20, 1), pieces(9, 2), LOWEST)
    ending, on_train = choose_ending(pieces(20, 1), [], LOWEST)
    assert on_train != nats and np.isfinite(on_train)
    assert ending != choose_ending(pieces(21, 4), [], LOWEST)[0]


@pytest.mark.parametrize("length", [0, 1])
def test_pieces_of_nothing_do_no_harm(length):
    ending, nats = choose_ending([torch.zeros(length, 12), piece(np.random.default_rng(1))], [], LOWEST)
    assert np.isfinite(nats) and np.isfinite(ending.level)


def test_where_nothing_tells_of_an_end_there_is_none_and_real_pieces_end_as_often():
    train = pieces(60, 1)
    ending, _ = choose_ending(train, pieces(20, 2), LOWEST)
    ends = 0.0
    for frames in train:
        hearing = Signs(LOWEST)
        chances = [ending.chance(hearing.hear(frame)) for frame in frames.numpy() > 0.5]
        ends += sum(chances)
        assert all(chance == 0 or chance >= ending.least for chance in chances)
    assert ending.least == pytest.approx(4 * 60 / sum(map(len, train)), abs=1e-4)
    assert ends / 60 == pytest.approx(1, abs=0.1)
