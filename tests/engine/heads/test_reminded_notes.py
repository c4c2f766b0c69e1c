"""Note lists with votes for the highest pitch: normalised, exact, drawn by their own probabilities."""

from itertools import product

import pytest
import torch

from engine.heads.note_list import NoteListHead
from engine.heads.note_list_mixture import NoteListMixture, moved
from engine.heads.reminded_notes import RemindedNotes
from tests.engine.small_models import binary_frames, randomise, seeded

SIZE = 6
ALL_FRAMES = torch.tensor(list(product((0.0, 1.0), repeat=SIZE)), dtype=torch.float64)
EVERY_KEYS = pytest.mark.parametrize("keys", [range(1), range(-2, 3)])


def given(count: int, keys: range, size: int = SIZE) -> tuple[RemindedNotes, NoteListMixture, torch.Tensor]:
    """``count`` times the same distribution, the network's part of it, and the votes."""
    head = NoteListHead(hidden_size=5, frame_size=size, input_size=size, num_units=9, reach=2)
    head = randomise(head.double(), 2, 1.2).requires_grad_(False)
    h = torch.randn(len(keys), 1, 5, generator=seeded(3), dtype=torch.float64)
    x = moved(binary_frames(1, size), keys)
    every = (part.expand(-1, count, -1).flatten(0, 1) for part in (h, x))
    notes = NoteListMixture(head(*every), keys)
    votes = torch.rand(1, size + 1, generator=seeded(5), dtype=torch.float64).expand(count, -1) * 2
    return RemindedNotes(notes, votes), notes, votes


def highest(frames: torch.Tensor) -> torch.Tensor:
    return torch.tensor(
        [SIZE - 1 - max(row.nonzero()) if row.any() else SIZE for row in frames.flatten(0, -2)]
    )


@EVERY_KEYS
def test_the_probabilities_of_all_frames_sum_to_one(keys):
    reminded, *_ = given(len(ALL_FRAMES), keys)
    assert abs(float(reminded.log_prob(ALL_FRAMES).logsumexp(0))) < 1e-13
    assert abs(float(reminded.temper(0.4).log_prob(ALL_FRAMES).logsumexp(0))) < 1e-13


@EVERY_KEYS
def test_the_highest_pitch_is_the_networks_share_and_the_votes_and_the_rest_is_the_networks(keys):
    reminded, notes, votes = given(len(ALL_FRAMES), keys)
    shares, own, tops = (
        reminded.log_prob(ALL_FRAMES).exp(),
        notes.log_prob(ALL_FRAMES).exp(),
        highest(ALL_FRAMES),
    )
    for rank in range(SIZE + 1):
        network = own[tops == rank].sum()
        expected = (network + votes[0, rank]) / (1 + votes[0].sum())
        torch.testing.assert_close(shares[tops == rank].sum(), expected)
        torch.testing.assert_close(shares[tops == rank] / expected, own[tops == rank] / network)


@EVERY_KEYS
def test_without_votes_it_is_the_network(keys):
    _, notes, votes = given(len(ALL_FRAMES), keys)
    reminded = RemindedNotes(notes, torch.zeros_like(votes))
    torch.testing.assert_close(reminded.log_prob(ALL_FRAMES), notes.log_prob(ALL_FRAMES))
    numbers = torch.rand(len(ALL_FRAMES), SIZE, generator=seeded(1), dtype=torch.float64)
    assert torch.equal(reminded.sample(numbers), notes.sample(numbers))


@EVERY_KEYS
@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_draws_come_as_often_as_they_are_likely(keys, temperature):
    count = 40_000
    reminded = given(count, keys)[0].temper(temperature)
    numbers = torch.rand(count, SIZE, generator=seeded(8), dtype=torch.float64)
    places = (reminded.sample(numbers) @ 2.0 ** torch.arange(SIZE, dtype=torch.float64)).long()
    shares = torch.bincount(places, minlength=2**SIZE) / count
    likely = given(len(ALL_FRAMES), keys)[0].temper(temperature).log_prob(ALL_FRAMES).exp()
    expected = torch.zeros(2**SIZE, dtype=torch.float64)
    expected[(ALL_FRAMES @ 2.0 ** torch.arange(SIZE, dtype=torch.float64)).long()] = likely
    assert float((shares - expected).abs().max()) < 4 * (0.25 / count) ** 0.5


@EVERY_KEYS
def test_the_same_many_times_draws_as_one_by_one(keys):
    reminded, *_ = given(1, keys)
    numbers = torch.rand(1, 7, SIZE, generator=seeded(2), dtype=torch.float64)
    together = reminded.repeated(7).sample(numbers)
    assert torch.equal(together[0], torch.cat([reminded.sample(row[None]) for row in numbers[0]]))
    torch.testing.assert_close(
        reminded.repeated(7).log_prob(together)[0], given(7, keys)[0].log_prob(together[0])
    )


def test_at_a_temperature_near_zero_the_likeliest_highest_pitch_is_drawn():
    reminded, _, _ = given(1, range(1))
    cold = reminded.temper(1e-6)
    numbers = torch.full((1, SIZE), 0.5, dtype=torch.float64)
    assert highest(cold.sample(numbers)).tolist() == reminded.first.argmax(-1).tolist()
    assert reminded.temper(1.0) is reminded
