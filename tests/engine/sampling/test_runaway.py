"""RunawayWatch: eight frames in a row that are too full, and no other eight."""

import pytest
import torch

from engine.sampling.runaway import RunawayWatch


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([7] * 8, True),
        ([7] * 7, False),
        ([6] * 50, False),
        ([7] * 7 + [6] + [7] * 7, False),
        ([0] * 9 + [9] * 8 + [0], True),
    ],
)
def test_it_runs_away_at_the_eighth_frame_with_more_than_one_and_a_half_times_the_most(counts, expected):
    watch = RunawayWatch(4)
    for notes in counts:
        watch.see((torch.arange(88) < notes).float())
    assert watch.has_run_away == expected


def test_where_the_corpus_is_not_known_nothing_runs_away():
    watch = RunawayWatch(None)
    for _ in range(20):
        watch.see(torch.ones(88))
    assert not watch.has_run_away
