"""Draws against held-out pieces: what the command prints and keeps, and what the classifier can tell."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.checkpoints.checkpoint import load
from engine.endings.ending import Ending
from engine.endings.signs import NUM_SIGNS
from engine.errors import InvalidValueError
from tests.training import tiny
from training import __main__ as program
from training.commands import evaluate
from training.draws.classifier import Windows, area
from training.draws.classifier import auc as auc_of
from training.draws.music.comparison import MUSIC_FIGURE_TITLES, compare_music
from training.draws.music.traits import traits
from training.draws.options import DrawsOptions

ENDS = ("ends", "ends_on_tonic", "last_chord", "length", "runaways", "standstills")


def pieces(count: int, length: int, seed: int, share: float = 0.05) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.random((length, 88)) < share for _ in range(count)]


def auc(real: list[np.ndarray], drawn: list[np.ndarray], length: int) -> dict[str, float] | None:
    kinds = (
        Windows.of(rolls, length, lambda roll, start: traits(roll, 21, start)) for rolls in (real, drawn)
    )
    return auc_of(*kinds)


def test_what_is_of_one_kind_cannot_be_told_apart():
    area = auc(pieces(12, 48, 1), pieces(12, 48, 2), 16)
    assert 0.3 < area["mean"] < 0.7 and area["deviation"] < 0.3


def test_what_is_of_two_kinds_can():
    assert auc(pieces(12, 48, 1), pieces(12, 48, 2, 0.09), 16)["mean"] > 0.9


def test_the_same_is_found_again():
    assert auc(pieces(6, 32, 1), pieces(6, 32, 2), 16) == auc(pieces(6, 32, 1), pieces(6, 32, 2), 16)


def test_a_handful_of_pieces_is_too_few():
    assert auc(pieces(3, 48, 1), pieces(12, 48, 2), 16) is None
    assert auc(pieces(12, 48, 1), pieces(12, 15, 2), 16) is None


def test_the_area_counts_pairs_and_ties_half():
    assert area(np.array([0.0, 1.0, 2.0, 3.0]), np.array([False, False, True, True])) == 1
    assert area(np.array([0.0, 3.0, 1.0, 1.0]), np.array([False, False, True, True])) == 0.5
    assert area(np.zeros(5), np.array([True, False, False, True, False])) == 0.5


@pytest.fixture
def command(tmp_path, monkeypatch) -> list[str]:
    data = tiny.music((12, 8, 8))
    tiny.save_random(tmp_path, tiny.recipe_of(data, "gru"), data, 0.5)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    return ["evaluate", "tiny", "--draws", "--checkpoints", str(tmp_path)]


def test_the_command_puts_draws_beside_real_pieces(command, tmp_path, capsys):
    assert program.main([*command, "--json", "--frames", "20"]) == 0
    comparison = json.loads(capsys.readouterr().out)
    assert comparison["num_draws"] == 8 and comparison["num_frames_drawn"] == 160 > comparison["num_frames"]
    assert set(comparison["drawn"]) == set(comparison["real"]) == set(MUSIC_FIGURE_TITLES)
    assert comparison["auc"] == {"16": None, "64": None}
    assert 2.5 < comparison["real"]["notes"] < 4.5 and comparison["real"]["runaways"] == 0
    assert load("tiny", tmp_path).card.draws == {}


def test_ends_are_those_of_draws_that_end_by_themselves(command, tmp_path, capsys):
    checkpoint = load("tiny", tmp_path)
    data = tiny.music((12, 8, 8))
    at_once = Ending.of_numbers(np.array([100.0] + [0.0] * NUM_SIGNS), 99)
    never = Ending.of_numbers(np.array([-100.0] + [0.0] * NUM_SIGNS), 99)
    comparisons = {}
    for ending in (None, at_once, never):
        card = checkpoint.card.model_copy(update={"ending": ending})
        comparisons[ending and ending.level] = compare_music(
            replace(checkpoint, card=card), data, DrawsOptions()
        )
    assert [comparisons[level]["drawn"]["ends"] for level in (None, 100.0, -100.0)] == [0, 1, 0]
    real = comparisons[None]["real"]["length"]
    assert [comparisons[level]["drawn"]["length"] for level in (None, 100.0, -100.0)] == [real, 1, real]
    assert comparisons[-100.0]["num_frames_drawn"] == 8 * 99 > comparisons[None]["num_frames_drawn"]
    for level in (100.0, -100.0):
        same = {key: number for key, number in comparisons[level]["drawn"].items() if key not in ENDS}
        assert same == {key: comparisons[None]["drawn"][key] for key in same}


def test_it_speaks_plainly_and_may_keep_what_it_found(command, tmp_path, capsys):
    assert program.main([*command, "--pieces", "4", "--update-card"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("4 draws from nothing at temperature 1, beside held-out pieces")
    assert all(words in said for words in MUSIC_FIGURE_TITLES.values()) and "too few are that long" in said
    assert load("tiny", tmp_path).card.draws["num_draws"] == 4


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--pieces", "1"], "--pieces 1 must be from 2 to 1,000"),
        (["--frames", "0"], "--frames 0 must be from 1 to 100,000"),
        (["--temperature", "0"], "temperature=0.0 must be above 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(command, given, words, capsys):
    assert program.main([*command, *given]) == 1
    assert words in capsys.readouterr().err


def test_a_number_that_is_none_is_refused():
    with pytest.raises(InvalidValueError):
        DrawsOptions(num_pieces=5_000)
