"""The ablation: equal sizes, everything fitted alike, nothing fitted twice."""

import json

import pytest
from distributed import Client

from engine.errors import EngineError
from tests.training import tiny
from training.searching import search
from training.searching.ablation import MAX_ABLATION_PARAMETERS, ablation_recipes, num_parameters
from training.searching.series import SeriesOptions, read_series, run_series


@pytest.fixture
def client():
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
        yield client


def test_every_combination_is_there_once_and_as_large_as_may_be():
    recipes = ablation_recipes()
    assert len({recipe.name for recipe in recipes}) == len(recipes) == 2 * 2 * 3 * 2
    sizes = [num_parameters(recipe) for recipe in recipes]
    assert max(sizes) <= MAX_ABLATION_PARAMETERS and min(sizes) > 0.94 * MAX_ABLATION_PARAMETERS
    alike = {recipe.corpus: recipe.optimiser for recipe in recipes}
    assert all(recipe.optimiser == alike[recipe.corpus] for recipe in recipes)
    assert all(recipe.regularisation == recipes[0].regularisation for recipe in recipes)


def test_what_is_on_disk_is_not_fitted_again(client, tmp_path, monkeypatch):
    monkeypatch.setattr(search, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    recipes = [tiny.recipe(name=name, max_epochs=2, patience=2) for name in ("a", "b", "c")]
    told: list[str] = []
    options = SeriesOptions(None, tmp_path / "runs", tmp_path / "results", told.append)
    run_series(recipes[:2], options, client)
    assert sorted(line.split(":")[0] for line in told) == ["a", "b"]
    first = (tmp_path / "results" / "a.json").read_bytes()
    run_series(recipes, options, client)
    assert len(told) == 3 and told[2].startswith("c: ")
    assert (tmp_path / "results" / "a.json").read_bytes() == first
    results = read_series(tmp_path / "results")
    assert list(results) == ["a", "b", "c"] and results["a"].metrics == results["b"].metrics


def test_results_of_other_recipes_are_refused(client, tmp_path, monkeypatch):
    monkeypatch.setattr(search, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    options = SeriesOptions(None, tmp_path / "runs", tmp_path / "results", lambda _: None)
    run_series([tiny.recipe(name="a", max_epochs=1)], options, client)
    with pytest.raises(EngineError, match=r"the results of a in .* are those of other recipes: move them"):
        run_series([tiny.recipe(name="a", max_epochs=2)], options, client)
    (tmp_path / "results" / "a.json").write_text(json.dumps({"recipe": 1}))
    with pytest.raises(EngineError, match=r"a\.json is no result of a fit"):
        read_series(tmp_path / "results")
