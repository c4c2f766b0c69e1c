"""``python -m training spread``: the best on validation is published under the recipe's name."""

import json
from contextlib import contextmanager

import pytest
from distributed import Client

from engine.checkpoints.checkpoint import load, read_card
from tests.training import tiny
from tests.training.songs import write_songs
from training import __main__ as program
from training.commands import spread
from training.corpora import open_corpus
from training.fitting.evaluate import score_split
from training.fitting.recipe import make_recipe, write_recipe
from training.searching import search
from training.searching.series import read_series, valid_nats
from training.searching.spread import spread_of


@contextmanager
def threads(*given):
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
        yield client


@pytest.fixture
def told(tmp_path, monkeypatch) -> list[str]:
    """The command line for a tiny recipe, with all folders in the test's own."""
    for module in (spread, search):
        monkeypatch.setattr(module, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    monkeypatch.setattr(spread, "open_workers", threads)
    monkeypatch.setattr(spread, "RECIPES", tmp_path)
    write_recipe(tiny.recipe(max_epochs=3, seed=5), tmp_path)
    places = {name: str(tmp_path / name) for name in ("results", "runs", "checkpoints")}
    folders = [part for name, place in places.items() for part in (f"--{name}", place)]
    return ["spread", str(tmp_path / "tiny.json"), "--seeds", "3", "--workers", "1", *folders]


def test_the_best_on_validation_is_published_and_nothing_is_fitted_twice(told, tmp_path, capsys):
    assert program.main([*told, "--update-recipes"]) == 0
    results = spread_of("tiny", tmp_path / "results")
    assert [make_recipe(result.recipe).seed for result in results] == [5, 6, 7]
    figures = [valid_nats(result) for result in results]
    assert len(set(figures)) == 3
    best = 5 + figures.index(min(figures))
    card = read_card("tiny", tmp_path / "checkpoints")
    assert card.training.recipe["seed"] == best and card.metrics == results[best - 5].metrics
    assert json.loads((tmp_path / "tiny.json").read_text(encoding="utf-8"))["seed"] == best
    assert load("tiny", tmp_path / "checkpoints").model.num_parameters() == card.num_parameters
    assert not list((tmp_path / "runs").glob("*/state-*"))
    assert program.main(told) == 1
    assert "checkpoint 'tiny' exists" in capsys.readouterr().err


def test_what_has_a_result_but_no_weights_is_fitted_again(told, tmp_path, capsys):
    """An untrained network was once published over the checkpoint."""
    assert program.main(told) == 0
    before = read_card("tiny", tmp_path / "checkpoints")
    capsys.readouterr()
    assert program.main([*told, "--replace"]) == 0
    after = read_card("tiny", tmp_path / "checkpoints")
    assert after.metrics == before.metrics and after.weights_sha256 == before.weights_sha256
    assert "has a result, but its weights are not here: fitting it again" in capsys.readouterr().out


def test_weights_of_the_last_epoch_are_rounded_before_they_are_scored(told, tmp_path, capsys):
    recipe = tiny.recipe(
        max_epochs=3, seed=5, weights="float16", keep="last",
        model={"head": tiny.LIST_HEAD, "transpositions": 1}, regularisation={"transposition": 1},
    )  # fmt: skip
    write_recipe(recipe, tmp_path)
    assert program.main([*told, "--seeds", "1"]) == 0
    assert "seed 5; wrote" in capsys.readouterr().out
    card = read_card("tiny", tmp_path / "checkpoints")
    assert make_recipe(card.training.recipe) == recipe
    (result,) = spread_of("tiny", tmp_path / "results")
    assert card.training.updates == 3 * 3, "three epochs of three batches"
    model = load("tiny", tmp_path / "checkpoints").model
    assert card.num_parameters == model.num_parameters()
    assert all(value.half().float().equal(value) for value in model.parameters())
    weights = tmp_path / "checkpoints" / "tiny" / "model.safetensors"
    assert weights.stat().st_size < 2 * card.num_parameters + 10_000, "two bytes a number"
    valid = tiny.music().splits["valid"]
    score = score_split(model, valid).nats_per_frame
    assert score == pytest.approx(card.metrics["valid"]["nats_per_frame"], abs=1e-5)
    assert score == pytest.approx(valid_nats(result), abs=1e-5)


def test_the_seed_that_splits_a_folder_is_the_published_one(told, tmp_path, monkeypatch):
    """Test figures were once measured on pieces that the published weights were fitted on."""
    for module in (spread, search):
        monkeypatch.setattr(module, "open_corpus", open_corpus)
    songs = write_songs(tmp_path / "songs")
    write_recipe(tiny.recipe(max_epochs=1, seed=5, corpus=f"midi:{songs}"), tmp_path)
    assert program.main([*told, "--seeds", "4"]) == 0
    results = {make_recipe(result.recipe).seed: result for result in spread_of("tiny", tmp_path / "results")}
    card = read_card("tiny", tmp_path / "checkpoints")
    assert card.metrics == results[card.training.recipe["seed"]].metrics
    assert card.training.recipe["seed"] != 5, "or this shows nothing"


def test_a_refusal_names_only_what_the_command_has(told, tmp_path, capsys):
    assert program.main(told) == 0
    assert program.main(told) == 1
    said = capsys.readouterr().err
    assert "choose another --checkpoints folder, or say --replace" in said and "--name" not in said


def test_results_that_cannot_be_written_are_refused_before_any_fit(told, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert program.main([*told, "--results", str(tmp_path / "file")]) == 1
    assert "cannot write results into" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_how_many_is_checked_first(told, capsys, tmp_path):
    assert program.main([*told, "--seeds", "0"]) == 1
    assert "--seeds 0 must be from 1 to 100" in capsys.readouterr().err
    assert read_series(tmp_path / "results") == {}
