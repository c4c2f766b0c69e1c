"""A model with a memory of the piece's own past: against plain loops, step by step, causal, refused."""

import pytest
import torch

from engine.errors import InvalidValueError
from engine.models.copy_memory import CopyMemory
from engine.models.copying import Copying
from engine.models.model_spec import build_model
from tests.engine.small_models import binary_frames, randomise, seeded
from tests.oracles.copy_oracle import all_that_is_said, copied_log_prob

SIZE = 8
NUMBERS = {
    "same": {"trust": -0.5, "by_length": 0.6, "by_record": 1.0, "by_standing": -0.3, "by_count": -0.2,
             "slip": -1.5, "slip_by_length": -0.3, "slip_by_record": -0.5},
    "other": {"trust": -1.0, "by_length": 0.4, "by_record": 0.5, "by_standing": -0.1, "by_count": 0.1,
              "slip": -1.0, "slip_by_length": 0.0, "slip_by_record": 0.2},
    "moved": {"trust": -0.8, "by_length": 0.5, "by_record": 0.7, "by_standing": 0.2, "by_count": 0.0,
              "slip": -1.2, "slip_by_length": 0.2, "slip_by_record": 0.1},
    "line": {"trust": -0.7, "by_length": 0.3, "by_record": 0.4, "by_standing": 0.0, "by_count": -0.1,
             "slip": -0.8, "slip_by_length": 0.1, "slip_by_record": -0.2},
}  # fmt: skip
MEMORY = {"window": 4_096, **NUMBERS}
HEAD = {"name": "note_list", "num_units": 7, "input_size": SIZE, "hidden_size": 6, "frame_size": SIZE}
MELODIES = {"num_places": 20, "decay": 0.8, "same": 1.5, "other": -0.7, "start": 2.0, "doubt": 1.0}


def spec(**changed: object) -> dict:
    cell = {"name": "gru", "input_size": SIZE, "hidden_size": 6}
    return {"cells": [cell], "head": HEAD, "copy_memory": MEMORY, **changed}


def model(**changed: object) -> Copying:
    copying = randomise(build_model(spec(**changed)).double(), 3)
    if "melody_memory" in changed:
        copying.model.memory.keep([binary_frames(20, SIZE, seed=9).float()])
    return copying.requires_grad_(False)


def piece(length: int, seed: int = 1) -> torch.Tensor:
    """Made of few frames, so that much comes back: as it was, moved, with another note, or held."""
    rng, frames = seeded(seed), [torch.zeros(SIZE, dtype=torch.float64)]
    motif = binary_frames(4, SIZE, seed=seed + 50)
    while len(frames) < length:
        kind = int(torch.randint(5, (), generator=rng))
        if kind == 0:
            frames += [motif[0]] * 3
        elif kind == 1:
            frames += [torch.zeros(SIZE, dtype=torch.float64), motif[1]]
        else:
            frames += [frame.roll(kind - 2) * (torch.arange(SIZE) >= kind - 2) for frame in motif]
    return torch.stack(frames[:length])


EVERY_KIND = pytest.mark.parametrize(
    "changed",
    [
        {},
        {"transpositions": 2},
        {"melody_memory": MELODIES, "transpositions": 1},
        {"copy_memory": {**MEMORY, "window": 5}},
    ],
)


@EVERY_KIND
@pytest.mark.parametrize("seed", [1, 2])
def test_every_frame_is_scored_as_the_formulas_say(changed, seed):
    copying, frames = model(**changed), piece(150, seed)
    notes_ahead = copying(frames[None])[0]
    own = notes_ahead.notes.choice_log_probs(frames[None])[0].tolist()
    said = all_that_is_said(frames.numpy(), changed.get("copy_memory", MEMORY))
    expected = []
    for frame, log_probs, guides in zip(frames, own, said, strict=True):
        notes = tuple(frame.nonzero().flatten().tolist()[::-1])
        expected.append(copied_log_prob(log_probs[: len(notes) + 1], notes, guides))
    torch.testing.assert_close(notes_ahead.log_prob(frames[None])[0], torch.tensor(expected).double())


def test_the_pieces_of_these_tests_give_every_guide_something_to_say():
    said = [{guess.guide for guess in guides} for guides in all_that_is_said(piece(150).numpy(), MEMORY)]
    assert all(sum(guide in names for names in said) > 50 for guide in NUMBERS)


@EVERY_KIND
def test_step_by_step_and_in_parts_it_expects_what_it_expects_in_one_go(changed):
    copying, frames = model(**changed), piece(90)[None]
    whole = copying(frames)[0].log_prob(frames)[0]
    layers, before, parts = None, None, []
    for part in frames.split([1, 2, 66, 21], 1):
        expected, state = copying(part, layers, before)
        parts.append(expected.log_prob(part)[0])
        layers, before = state.layers, part[:, -1:]
    state, heard, steps = copying.initial_state(1), torch.zeros(1, SIZE).double(), []
    for frame in frames[0]:
        expected, state = copying.step(heard, state)
        steps.append(expected.log_prob(frame[None])[0])
        heard = frame[None]
    torch.testing.assert_close(torch.cat(parts), whole)
    torch.testing.assert_close(torch.stack(steps), whole)


def test_pieces_side_by_side_are_heard_each_by_itself():
    copying, pieces = model(), torch.stack([piece(70, 1), piece(70, 2)])
    together = copying(pieces)[0].log_prob(pieces)
    alone = torch.cat([copying(frames[None])[0].log_prob(frames[None]) for frames in pieces])
    torch.testing.assert_close(together, alone)


def test_later_frames_move_no_earlier_figure():
    copying, frames = model(), piece(80)[None]
    other = frames.clone()
    other[:, 50:] = 1 - other[:, 50:]
    before, after = (copying(given)[0].log_prob(given)[0] for given in (frames, other))
    assert torch.equal(before[:50], after[:50]) and not torch.isclose(before[50:], after[50:]).any()


def test_no_frame_at_all_is_expected_of_nothing():
    expected, state = model()(torch.zeros(1, 0, SIZE).double())
    assert expected.log_prob(torch.zeros(1, 0, SIZE).double()).shape == (1, 0)
    assert int(state.layers[-1][0]) == 0
    _, state = model()(piece(5)[None])
    expected, _ = model()(torch.zeros(1, 0, SIZE).double(), state.layers, piece(5)[None, -1:])
    assert expected.log_prob(torch.zeros(1, 0, SIZE).double()).shape == (1, 0), "nor after a beginning"


def test_what_comes_back_is_expected_by_a_network_that_knows_nothing():
    copying, frames = model(), torch.cat([binary_frames(20, SIZE, seed=5)] * 3)[None]
    together, alone = copying(frames)[0].log_probs_with_and_without(frames)
    gained = (together - alone)[0]
    assert gained[25:].mean() > 2 > gained[:20].abs().mean()


def test_nothing_of_a_memory_is_among_the_weights():
    copying = model()
    assert set(copying.state_dict()) == {f"model.{key}" for key in copying.model.state_dict()}
    assert CopyMemory.of(copying.memory.spec, SIZE).spec == copying.memory.spec == MEMORY


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        ({**MEMORY, "window": -3}, "window=-3 must be from 2 to 16,384 frames"),
        ({**MEMORY, "window": 1e9}, "window=1000000000.0 must be"),
        (NUMBERS, "window=None must be"),
        ({"window": 9}, "names some of the guides same, other, moved, line"),
        ({"window": 9, "bass": NUMBERS["line"]}, "names some of the guides"),
        ({"window": 9, "same": {"trust": -2e6}}, "trust=-2000000.0 must be a number from -1000 to 1000"),
        ({"window": 9, "same": {"trust": "much"}}, "trust='much' must be a number"),
        ({"window": 9, "same": {"slip": 1.0}}, "trust at least"),
        ({"window": 9, "same": {"trust": 1.0, "colour": 2.0}}, "a guide holds by_count"),
        (None, "window=None"),
        (7, "window=None"),
    ],
)
def test_what_is_no_memory_is_refused(memory, words):
    with pytest.raises(InvalidValueError, match=f"copy_memory.*{words}"):
        build_model(spec(copy_memory=memory))


def test_it_needs_notes_one_after_the_other():
    head = {"name": "bernoulli", "hidden_size": 6, "frame_size": SIZE}
    with pytest.raises(InvalidValueError, match="copy_memory needs the head 'note_list'"):
        build_model(spec(head=head))
