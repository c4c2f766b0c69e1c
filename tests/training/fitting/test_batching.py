"""Batches: each sequence once, masks that say where it ends, what is changed and by how much."""

import math

import pytest
import torch

from engine.errors import InvalidValueError
from engine.representations import PianoRoll, Waveform
from training.fitting.batching import (
    augmented,
    collate,
    disturbed,
    epoch_batches,
    hissing,
    rotated,
    scoring_batches,
    with_random_gain,
)
from training.fitting.settings import Regularisation

SPEECH = Waveform(8_000, 0.0, 0.1, 20)


def sequences(lengths: list[int]) -> list[torch.Tensor]:
    """Sequence k holds k + 1 in every place, so that a frame tells whose it is."""
    return [torch.full((length, 3), float(index + 1)) for index, length in enumerate(lengths)]


LENGTHS = torch.randint(1, 40, (83,), generator=torch.Generator().manual_seed(2)).tolist()


def order(batch_size: int, seed: int) -> list[list[int]]:
    return epoch_batches(LENGTHS, batch_size, torch.Generator().manual_seed(seed))


def test_a_batch_is_padded_with_zeros_and_masked():
    batch = collate(sequences([2, 4, 1]))
    assert batch.mask.tolist() == [[True, True, False, False], [True] * 4, [True, False, False, False]]
    rows = torch.tensor([1.0, 2.0, 3.0])[:, None, None].expand(3, 4, 3)
    assert batch.frames.equal(rows * batch.mask.unsqueeze(-1))


@pytest.mark.parametrize("batch_size", [1, 4, 16, 83, 1_000])
def test_an_epoch_has_every_sequence_once(batch_size):
    batches = order(batch_size, 1)
    assert sorted(index for batch in batches for index in batch) == list(range(83))
    assert max(map(len, batches)) <= batch_size
    assert len(batches) == -(-83 // batch_size)


def test_epochs_differ_and_the_same_seed_gives_the_same():
    assert order(4, 1) == order(4, 1)
    assert order(4, 1) != order(4, 2)
    assert {tuple(sorted(batch)) for batch in order(4, 1)} != {tuple(sorted(batch)) for batch in order(4, 2)}


def test_batches_do_not_come_in_order_of_length():
    longest = [max(LENGTHS[index] for index in batch) for batch in order(4, 1)]
    assert longest != sorted(longest)


def test_neighbours_in_length_save_padding():
    def wasted(batches: list[list[int]]) -> int:
        return sum(
            int((~collate([torch.zeros(LENGTHS[i], 1) for i in batch]).mask).sum()) for batch in batches
        )

    unsorted = torch.randperm(83, generator=torch.Generator().manual_seed(1)).split(4)
    assert 0 < wasted(order(4, 1)) < 0.5 * wasted([part.tolist() for part in unsorted])


@pytest.mark.parametrize("max_frames", [1, 40, 100, 10_000])
def test_scoring_covers_every_frame_once_within_the_bound(max_frames):
    seen = []
    for batch in scoring_batches(sequences(LENGTHS), max_frames):
        assert batch.mask.numel() <= max_frames or len(batch.mask) == 1
        for frames, mask in zip(batch.frames, batch.mask, strict=True):
            seen.append((int(frames[0, 0]) - 1, int(mask.sum())))
            assert (frames[mask] == frames[0]).all()
    assert sorted(seen) == list(enumerate(LENGTHS))


def test_nothing_to_score_gives_no_batch():
    assert list(scoring_batches([])) == []


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def test_of_a_share_of_the_frames_some_notes_are_flipped_in_few_of_them_many():
    frames = torch.zeros(40, 500, 88)
    frames[..., 40:44] = 1
    read = disturbed(frames, 0.1, torch.Generator().manual_seed(1))
    flipped = (read != frames).sum(-1)
    chosen = flipped > 0
    assert 0.07 < chosen.float().mean() < 0.1, "a few of the chosen keep all their notes"
    silent, sounding = (
        (read != frames)[..., :40][chosen].float().mean(),
        (read != frames)[..., 40:44][chosen].float().mean(),
    )
    assert 1.7 < float(silent / sounding) < 2.3, "a note falls silent half as often as another begins"
    assert flipped.max() > 40 > 20 > flipped[chosen].median()


def speech(num_frames: int = 400) -> torch.Tensor:
    """Whole 16-bit steps, a tenth of full scale."""
    numbers = torch.randn(num_frames, 20, generator=rng())
    return SPEECH.amplify(numbers, 0.0)


def test_a_sound_is_as_many_decibels_louder_as_were_drawn_in_whole_steps():
    frames, ratios = speech(), []
    for seed in range(60):
        read = with_random_gain(SPEECH, frames, 12.0, torch.Generator().manual_seed(seed))
        steps = (read / SPEECH.step).double()
        assert (steps - steps.round()).abs().max() < 0.01
        ratios.append(20 * math.log10(float(read.std() / frames.std())))
    assert -12.01 < min(ratios) < -10 and 10 < max(ratios) < 12.01
    assert abs(sum(ratios)) / len(ratios) < 3


def test_what_is_too_loud_is_cut_off_at_full_scale():
    read = SPEECH.amplify(speech(), 40.0)
    assert read.max() == 32_767 * SPEECH.step and read.min() == -32_768 * SPEECH.step


def test_frames_that_are_no_whole_steps_are_made_no_louder():
    with pytest.raises(InvalidValueError, match="samples_per_frame"):
        Waveform(8_000, 0.01, 0.1).amplify(torch.zeros(3, 10), 1.0)


def test_noise_follows_the_loudness_of_its_frame_and_differs_from_sequence_to_sequence():
    frames = torch.stack([speech()] * 200) * torch.linspace(0.1, 2, 400)[None, :, None]
    noise = hissing(frames, 0.2, rng()) - frames
    level = noise.square().mean(-1).sqrt() / frames.square().mean(-1).sqrt()
    assert float(level[:, :100].mean()) == pytest.approx(float(level[:, 300:].mean()), rel=0.02)
    shares = level.mean(1).sort().values
    assert shares[0] < 0.002 and 0.19 < shares[-1] < 0.21
    assert float(shares[100]) == pytest.approx(0.2 / 4, rel=0.3), "u^2 has the median 1/4"


def test_a_stream_begins_anywhere_and_goes_round():
    frames, starts = torch.arange(20.0)[:, None].expand(20, 20), set()
    for seed in range(300):
        read = rotated(frames, torch.Generator().manual_seed(seed))
        starts.add(int(read[0, 0]))
        assert sorted(read[:, 3].tolist()) == list(range(20)) and set(read[:, 0].diff().tolist()) <= {1, -19}
    assert starts == set(range(20))
    batch = augmented(SPEECH, [frames], Regularisation(any_start=True), 0, rng())
    assert torch.equal(batch.frames[0], rotated(frames, rng()))


def test_the_frames_that_are_predicted_keep_what_those_that_are_read_lose():
    pieces = [speech(30), speech(20)]
    batch = augmented(SPEECH, pieces, Regularisation(hiss=0.1), 0, rng())
    assert torch.equal(batch.frames[0], pieces[0]) and not torch.equal(batch.heard, batch.frames)
    assert not batch.heard[1, 20:].any() and not batch.frames[1, 20:].any()
    both = augmented(SPEECH, pieces, Regularisation(hiss=0.1, loudness=6.0), 0, rng())
    assert not torch.equal(both.frames[0], pieces[0])
    assert (both.heard - both.frames).abs().mean() < 0.1 * both.frames.abs().mean()


def test_no_number_is_drawn_for_what_nobody_asked_for():
    state = rng().get_state()
    for given in (SPEECH, PianoRoll(21, 88, 2)):
        unused = rng()
        batch = augmented(given, [torch.ones(3, given.frame_size)], Regularisation(), 0, unused)
        assert batch.heard is None and torch.equal(unused.get_state(), state)
