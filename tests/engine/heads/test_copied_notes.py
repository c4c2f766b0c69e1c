"""Copied notes: normalised, and scored and drawn as plain loops have it."""

import numpy as np
import pytest
import torch

from engine.heads.copied_notes import CopiedNotes, Guides, next_ranks
from engine.heads.note_list import NoteListHead
from engine.heads.note_list_mixture import NoteListMixture, moved
from engine.heads.reminded_notes import RemindedNotes
from tests.engine.heads.all_frames import ALL_FRAMES, SIZE, check_conditional_draws
from tests.engine.small_models import binary_frames, randomise, seeded

IS_LINE = torch.tensor([False, False, True])
KINDS = pytest.mark.parametrize("kind", ["plain", "in three keys", "reminded"])


def inner(kind: str, count: int):
    """What a network expects of ``count`` frames, all alike."""
    head = NoteListHead(hidden_size=5, frame_size=SIZE, input_size=SIZE, num_units=9, reach=2).double()
    head = randomise(head, 2, 0.9).requires_grad_(False)
    h = torch.randn(1, 5, generator=seeded(3), dtype=torch.float64).expand(count, 5)
    x = binary_frames(1, SIZE).expand(count, SIZE)
    if kind == "plain":
        return head(h, x)
    keys = range(-1, 2)
    notes = NoteListMixture(head(h.repeat(3, 1), moved(x, keys).flatten(0, 1)), keys)
    if kind == "in three keys":
        return notes
    votes = torch.tensor([0.0, 2.0, 0.5, 0.0, 0.0, 1.0, 0.3]).double()
    return RemindedNotes(notes, votes.expand(count, -1))


def given(kind: str, count: int) -> CopiedNotes:
    """A mixture with three guides: one of a chord, one that has nothing to say, and one of the melody."""
    frames = torch.zeros(3, SIZE, dtype=torch.bool)
    frames[0, [1, 4]] = frames[2, [2, 3]] = True
    logits = torch.tensor([0.7, -torch.inf, -0.2]).double()
    slips = torch.tensor([-1.5, 0.3, -0.4]).double()
    return CopiedNotes(
        inner(kind, count),
        Guides(frames.expand(count, 3, SIZE), logits.expand(count, 3), slips.expand(count, 3), IS_LINE),
    )


def by_hand(copied: CopiedNotes, own: np.ndarray, frame: np.ndarray) -> float:
    """The log-probability of one frame; ``own``: the network's log-probability of each choice."""
    ranks = [*np.flatnonzero(frame[::-1]), SIZE]  # 0: the highest pitch; SIZE: the stop
    logits = np.append(0.0, copied.guides.logits[0].numpy())
    weights = np.exp(logits) / np.exp(logits).sum()
    total = weights[0] * np.exp(own[: len(ranks)].sum())
    for guide in range(3):
        slip = 1 / (1 + np.exp(-float(copied.guides.slips[0, guide])))
        chord, probability, last = copied.guides.frames[0, guide].numpy(), weights[guide + 1], -1
        for place, rank in enumerate(ranks):
            said = next((r for r in range(last + 1, SIZE) if chord[r]), SIZE)
            share = np.exp(own[place])
            if not (IS_LINE[guide] and place):
                share = slip * share + (1 - slip) * (said == rank)
            probability, last = probability * share, rank
        total += probability
    return float(np.log(total))


@KINDS
def test_the_probabilities_of_all_frames_sum_to_one(kind):
    assert abs(float(given(kind, len(ALL_FRAMES)).log_prob(ALL_FRAMES).logsumexp(0))) < 1e-12


@KINDS
def test_each_is_what_the_formula_says(kind):
    copied = given(kind, len(ALL_FRAMES))
    own = copied.notes.choice_log_probs(ALL_FRAMES).numpy()
    expected = [by_hand(copied, *pair) for pair in zip(own, ALL_FRAMES.numpy(), strict=True)]
    torch.testing.assert_close(copied.log_prob(ALL_FRAMES), torch.tensor(expected).double())


@KINDS
def test_choices_add_up_to_frames_with_and_without_the_guides(kind):
    copied = given(kind, len(ALL_FRAMES))
    together, alone = copied.log_probs_with_and_without(ALL_FRAMES)
    torch.testing.assert_close(copied.choice_log_probs(ALL_FRAMES).sum(-1), together)
    torch.testing.assert_close(copied.notes.log_prob(ALL_FRAMES), alone)


@KINDS
@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_a_draw_decides_pitch_after_pitch_by_its_conditional_probability(kind, temperature):
    probabilities = given(kind, len(ALL_FRAMES)).temper(temperature).log_prob(ALL_FRAMES).exp()
    check_conditional_draws(given(kind, 1).temper(temperature), probabilities)


@KINDS
def test_repeated_draws_are_those_of_frames_by_themselves(kind):
    numbers = torch.rand(1, 50, SIZE, generator=seeded(7), dtype=torch.float64)
    together = given(kind, 1).repeated(50).sample(numbers)[0]
    assert torch.equal(together, given(kind, 50).sample(numbers[0]))


def test_a_guide_that_is_trusted_blindly_is_followed():
    copied = given("plain", 1)
    sure = Guides(
        copied.guides.frames,
        torch.tensor([[60.0, -torch.inf, -60.0]]).double(),
        copied.guides.slips - 60,
        IS_LINE,
    )
    drawn = CopiedNotes(copied.notes, sure).sample(torch.full((1, SIZE), 0.5).double())
    assert drawn.flip(-1)[0].nonzero().flatten().tolist() == [1, 4]


def test_the_next_rank_is_the_stop_where_nothing_follows():
    frames = torch.tensor([[False, True, False, True], [False] * 4])
    assert next_ranks(frames).tolist() == [[1, 1, 3, 3, 4], [4] * 5]
