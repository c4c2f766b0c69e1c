"""Batches: each sequence once, masks that say where it ends."""

import pytest
import torch

from training.fitting.batching import collate, epoch_batches, scoring_batches


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
