"""Likelihood in parts: what the piece had before, and what training has."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.checkpoints.checkpoint import load
from engine.errors import InvalidValueError
from engine.scoring.likelihood import log_likelihood
from tests.training import tiny
from training import __main__ as program
from training.commands import evaluate
from training.draws.music.parts import known_shares, part_figures
from training.draws.music.returns import in_shared_runs, is_repeated

TUNE = np.random.default_rng(1).integers(0, 30, 60)


def line(pitches: np.ndarray) -> np.ndarray:
    """A voice alone."""
    return np.arange(88) == 20 + np.asarray(pitches)[:, None]


def test_a_frame_is_repeated_when_it_ends_a_run_heard_before():
    roll = line(np.concatenate((TUNE[:20], TUNE[:10], [31])))
    assert np.flatnonzero(is_repeated(roll, 8)).tolist() == [27, 28, 29]


def test_numbers_lie_in_a_run_that_is_known_or_do_not():
    known = [np.arange(10), np.array([7, 7, 7])]
    in_runs = in_shared_runs([np.array([50, 3, 4, 5, 6, 60]), np.array([7, 7]), np.zeros(0)], known, 3)
    assert [row.tolist() for row in in_runs] == [[False, True, True, True, True, False], [False, False], []]


def test_a_melody_is_known_wherever_it_is_moved_to():
    shares = known_shares([line(TUNE[10:50] + 5), line(TUNE[::-1]), line(TUNE[:1])], [line(TUNE)])
    assert shares == [1.0, 0.0, 0.0]
    half = known_shares([line(np.concatenate((TUNE[:21], TUNE[::-1][:19])))], [line(TUNE)])
    assert half == [pytest.approx(20 / 39, abs=0.03)]


@pytest.fixture
def command(tmp_path, monkeypatch) -> list[str]:
    """The command, for three pieces: a tune that training has, one that it lacks, and one that repeats."""
    rolls = {"train": [TUNE], "valid": [TUNE], "test": [TUNE[:30], TUNE[::-1], np.tile(TUNE[::-1][:20], 2)]}
    splits = {
        split: [torch.from_numpy(line(tune).astype(np.float32)) for tune in tunes]
        for split, tunes in rolls.items()
    }
    data = replace(tiny.music(), splits=splits)
    tiny.save_random(tmp_path, tiny.recipe_of(data, "gru"), data, 0.5)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    return ["evaluate", "tiny", "--parts", "--json", "--checkpoints", str(tmp_path)]


def test_the_parts_make_up_the_whole_and_are_kept(command, tmp_path, capsys):
    before = load("tiny", tmp_path)
    assert program.main([*command, "--update-card"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["num_known_pieces"], figures["num_new_pieces"], figures["num_pieces_sharing_frames"]) == (
        1,
        2,
        0,
    )
    share = figures["share_of_repeated_frames"]
    assert share == pytest.approx(5 / 130)
    test = evaluate.open_corpus().load().splits["test"]
    totals = [-float(log_likelihood(before.model, piece[None]).totals.sum()) for piece in test]
    assert figures["nats_per_frame_of_known_pieces"] == pytest.approx(totals[0] / 30)
    assert figures["nats_per_frame_of_new_pieces"] == pytest.approx(sum(totals[1:]) / 100)
    whole = share * figures["nats_per_frame_of_repeated_frames"]
    whole += (1 - share) * figures["nats_per_frame_of_new_frames"]
    assert whole == pytest.approx(sum(totals) / 130)
    card = load("tiny", tmp_path).card
    assert card.metrics["test"] == {**before.card.metrics.get("test", {}), **figures}


def test_sound_has_no_parts(tmp_path):
    data = tiny.speech()
    tiny.save_random(tmp_path, tiny.recipe_of(data, "gru"), data, 0.5)
    with pytest.raises(InvalidValueError, match="sound has none"):
        part_figures(load("tiny", tmp_path), data, "test")
