"""The list of notes: normalised, exact, drawn by its own conditional probabilities; against a plain loop."""

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.heads.chosen_notes import Choices
from engine.heads.note_list import NoteList, NoteListHead
from tests.engine.heads.all_frames import ALL_FRAMES, SIZE, check_conditional_draws
from tests.engine.small_models import binary_frames, randomise, seeded

EVERY_REACH = pytest.mark.parametrize("reach", [0, 2, SIZE - 1])


def head_of(size: int, scale: float = 0.7, reach: int = 2, parallels: bool = False) -> NoteListHead:
    sizes = {"hidden_size": 5, "frame_size": size, "input_size": size, "num_units": 9}
    head = NoteListHead(**sizes, reach=reach, parallels=parallels)
    return randomise(head.double(), 2, scale).requires_grad_(False)


def given(*axes: int, size: int = SIZE, scale: float = 0.7, seed: int = 3, reach: int = 2) -> NoteList:
    h = torch.randn(*axes, 5, generator=seeded(seed), dtype=torch.float64)
    return head_of(size, scale, reach)(h, binary_frames(*axes, size))


def repeated(notes: NoteList, count: int) -> NoteList:
    offsets = None if notes.offsets is None else notes.offsets.expand(count, -1)
    return NoteList(notes.base.expand(count, -1), notes.weights, offsets, temperature=notes.temperature)


def by_hand(head: NoteListHead, h: np.ndarray, x: np.ndarray, pitches: list[int]) -> float:
    """Log-probability of pitches, indices from low to high, one choice after the other as the module says."""
    w = {name: value.numpy() for name, value in head.named_parameters()}
    base = w["hidden_weight"] @ h + w["input_weight"] @ x + w["unit_bias"]
    size, total, so_far = len(w["above"]), 0.0, []
    moves = w["motion_weight"] @ h + w["motion_bias"] if head.reach else np.zeros(1)
    came = [(pitch, d) for pitch in range(size) for d in range(-head.reach, head.reach + 1)]
    motion = np.zeros(size)
    for pitch, d in came:
        if head.reach and 0 <= pitch - d < size:
            motion[pitch] += moves[d + head.reach] * x[pitch - d]
    for choice in [*sorted(pitches, reverse=True), "stop"]:
        ranks = [size - 1 - pitch for pitch in so_far]
        g = base + sum((w["above"][rank] for rank in ranks), np.zeros(len(base)))
        g = g + w["last"][ranks[-1] + 1 if ranks else 0]
        g = g / (1 + np.exp(-g))
        open_to = range(so_far[-1] if so_far else size)  # the pitches below
        every = w["to_logits"] @ g + w["bias"]  # by rank, the stop last
        logits = {pitch: every[size - 1 - pitch] + motion[pitch] for pitch in open_to}
        if head.reach and so_far:
            logits = {p: logit + w["intervals"][so_far[-1] - p] @ g for p, logit in logits.items()}
        if head.parallels:
            logits = {p: logit + parallel_by_hand(w, x, so_far, p) for p, logit in logits.items()}
        logits["stop"] = every[size]
        total += logits[choice] - np.logaddexp.reduce(list(logits.values()))
        so_far.append(choice)
    return total


def parallel_by_hand(w: dict[str, np.ndarray], x: np.ndarray, so_far: list[int], pitch: int) -> float:
    """Weights of the voices above from which this one would keep an octave or fifth while both move."""
    voices, total = np.flatnonzero(x)[::-1].tolist()[:8], 0.0
    if len(so_far) >= len(voices):
        return total
    here = voices[len(so_far)]
    for was, now in zip(voices, so_far, strict=False):
        if now != was and pitch - here == now - was and (was - here) % 12 in (0, 7):
            total += w["parallel_weight"][int((was - here) % 12 == 7)]
    return total


@EVERY_REACH
def test_the_probabilities_of_all_frames_sum_to_one(reach):
    log_probs = repeated(given(1, scale=2.0, reach=reach), len(ALL_FRAMES)).log_prob(ALL_FRAMES)
    assert abs(float(log_probs.logsumexp(0))) < 1e-13


@EVERY_REACH
def test_a_log_prob_is_the_sum_over_the_list_by_hand(reach):
    head, rng = head_of(SIZE, reach=reach), seeded(4)
    for frame in (ALL_FRAMES[0], ALL_FRAMES[-1], *ALL_FRAMES[5:60:9]):
        h = torch.randn(5, generator=rng, dtype=torch.float64)
        x = binary_frames(SIZE, seed=7)
        expected = by_hand(head, h.numpy(), x.numpy(), frame.nonzero().flatten().tolist())
        assert float(head(h, x).log_prob(frame)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("reach", [0, 3])
def test_parallels_are_those_of_the_formula(reach):
    head, frames = head_of(40, 0.4, reach, parallels=True), binary_frames(2, 40, seed=8)
    frames[:] = 0
    frames[0, [3, 15, 22, 27, 34]] = frames[1, [5, 17, 24, 27, 36]] = 1  # all but one move by a step
    h = torch.randn(5, generator=seeded(4), dtype=torch.float64)
    expected = by_hand(head, h.numpy(), frames[0].numpy(), frames[1].nonzero().flatten().tolist())
    assert float(head(h, frames[0]).log_prob(frames[1])) == pytest.approx(expected, abs=1e-11)
    many = head(h, frames[0]).repeated(3)
    assert many.log_prob(frames[1].expand(3, -1)).tolist() == pytest.approx([expected] * 3, abs=1e-11)


def test_a_voice_that_stays_makes_no_parallel():
    """A fifth that moves up by a step is one; the same fifth again is none, nor a fifth after a third."""
    head = head_of(60, parallels=True)
    for weight in head.parameters():
        weight.zero_()
    head.parallel_weight[1] = -2.0

    def gained(before: tuple[int, int], now: tuple[int, int]) -> float:
        x, above = torch.zeros(60).double(), torch.zeros(1, 60, dtype=torch.bool)
        x[list(before)] = 1
        above[0, 59 - now[0]] = True
        choices = Choices(torch.zeros(1).long(), above, torch.tensor([59 - now[0]]))
        shares = head(torch.zeros(5).double(), x).log_shares(choices)[0]
        return round(float(shares[59 - now[1]] - shares[59]), 6)

    fifth = (27, 20)
    assert [gained(fifth, now) for now in ((27, 20), (29, 22), (22, 15), (29, 23))] == [0, -2, -2, 0]
    assert gained((24, 20), (27, 20)) == gained((24, 20), (28, 24)) == 0
    assert gained((39, 20), (41, 22)) == -2, "with an octave between"


def test_notes_of_a_frame_depend_on_each_other():
    """What independent notes cannot do: p(both) is not p(one) p(other)."""
    probabilities = repeated(given(1, scale=2.0), len(ALL_FRAMES)).log_prob(ALL_FRAMES).exp()
    together = torch.einsum("f,fa,fb->ab", probabilities, ALL_FRAMES, ALL_FRAMES)
    apart = torch.outer(together.diag(), together.diag())
    assert float((together - apart).triu(1).abs().max()) > 0.01


def test_draws_come_as_often_as_their_probabilities_say():
    """All 64 frames, within five standard errors of 200,000 draws; at temperature 2 too."""
    for temperature in (1.0, 2.0):
        notes = given(1).temper(temperature)
        probabilities = repeated(notes, len(ALL_FRAMES)).log_prob(ALL_FRAMES).exp()
        numbers = torch.rand(200_000, SIZE, generator=seeded(5), dtype=torch.float64)
        drawn = repeated(notes, 200_000).sample(numbers)
        index = (drawn @ 2.0 ** torch.arange(SIZE - 1, -1, -1, dtype=torch.float64)).long()
        shares = index.bincount(minlength=64) / 200_000
        errors = (probabilities * (1 - probabilities) / 200_000).sqrt()
        assert ((shares - probabilities).abs() < 5 * errors + 1e-9).all()


def test_a_draw_decides_pitch_after_pitch_by_its_conditional_probability():
    notes = given(1, scale=1.5)
    check_conditional_draws(notes, repeated(notes, len(ALL_FRAMES)).log_prob(ALL_FRAMES).exp())


def test_on_88_pitches_the_mean_log_prob_of_draws_is_minus_their_entropy():
    """Monte Carlo: weights p(v) / q(v) of frames drawn from another list q have the mean 1."""
    p, q = given(1, size=88, scale=0.3), given(1, size=88, scale=0.3, seed=8)
    count = 20_000
    numbers = torch.rand(count, 88, generator=seeded(9), dtype=torch.float64)
    drawn = repeated(q, count).sample(numbers)
    weights = (repeated(p, count).log_prob(drawn) - repeated(q, count).log_prob(drawn)).exp()
    assert abs(float(weights.mean()) - 1) < 4 * float(weights.std()) / count**0.5
    assert float(weights.std()) > 0.01, "two lists that are the same show nothing"


def test_what_is_learned_of_one_pitch_holds_for_all():
    """With the tied terms alone, a chord that moves like a lower one is as likely as that."""
    head = head_of(40, reach=7)
    for name, weight in head.named_parameters():
        if name in ("input_weight", "above", "last", "to_logits", "bias"):
            weight.zero_()
    h = torch.randn(5, generator=seeded(5), dtype=torch.float64)
    chords = torch.zeros(2, 2, 40, dtype=torch.float64)  # (place, before and after, pitch)
    for place, lowest in enumerate((10, 16)):
        chords[place, 0, [lowest, lowest + 4, lowest + 7]] = 1
        chords[place, 1, [lowest - 1, lowest + 5, lowest + 7]] = 1
    first = Choices(torch.zeros(1).long(), torch.zeros(1, 40, dtype=torch.bool), torch.tensor([-1]))
    logits = [head(h, before).log_shares(first)[0] for before, _ in chords]
    there, here = (logit - logit[-1] for logit in logits)  # relative to the stop
    torch.testing.assert_close(there[8:38], here[2:32])


def test_what_is_dropped_is_dropped_for_every_choice_and_in_a_copy_alone():
    whole, frames = given(11), binary_frames(11, SIZE)
    expected, seen = whole.log_prob(frames), []
    silent = whole.dropped(lambda units: seen.append(len(units)) or 0 * units)
    assert not torch.isclose(silent.log_prob(frames), expected).all()
    assert seen == [int(frames.sum()) + 11], "a choice for every note, and one for each stop"
    assert torch.equal(whole.log_prob(frames), expected)


def test_frames_are_scored_in_blocks_as_at_once(monkeypatch):
    whole, frames = given(11), binary_frames(11, SIZE)
    expected = whole.log_prob(frames)
    monkeypatch.setattr("engine.heads.note_list.LIST_FRAMES_AT_ONCE", 4)
    torch.testing.assert_close(whole.log_prob(frames), expected)


def test_a_temperature_decides_which_pitch_comes_and_not_whether_one_does():
    notes, first = (
        given(1),
        Choices(torch.zeros(1).long(), torch.zeros(1, SIZE, dtype=torch.bool), torch.tensor([-1])),
    )
    plain, cold, hot = (notes.temper(temperature).log_shares(first)[0] for temperature in (1.0, 0.5, 3.0))
    for tempered, temperature in ((cold, 0.5), (hot, 3.0)):
        assert float(tempered.exp().sum()) == pytest.approx(1) and tempered[-1] == plain[-1]
        torch.testing.assert_close(tempered[:-1].log_softmax(0), (plain[:-1] / temperature).log_softmax(0))


@pytest.mark.parametrize(
    "sizes",
    [{"num_units": 0}, {"input_size": -1}, {"frame_size": 0}, {"reach": -1}, {"reach": 6}, {"reach": True}],
)
def test_sizes_that_cannot_be_are_refused(sizes):
    with pytest.raises(
        InvalidValueError, match=r"must be (a positive integer|a whole number from 0 to 5 semitones)"
    ):
        NoteListHead(**{"hidden_size": 5, "frame_size": 6, "input_size": 6, "num_units": 7, **sizes})
