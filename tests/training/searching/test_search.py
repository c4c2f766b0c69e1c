"""Successive halving over learning rates: who goes on, who wins, what is done next."""

import json
import math

import numpy as np
import pytest

from engine.errors import EngineError
from tests.training import tiny
from training.fitting.recipe import make_recipe
from training.searching.results import SearchResult
from training.searching.search import Job, Search, learning_rates, new_result, run_job, with_rate

FIRST, SECOND = (rung.epochs for rung in new_result(tiny.recipe(max_epochs=100)).rungs)


def report(epochs: int, best: float | None, *, finished: bool = False, diverged: bool = False) -> dict:
    return {
        "epochs": epochs, "best_epoch": epochs, "best_valid": best, "seconds": 1.0,
        "finished": finished, "diverged": diverged,
    }  # fmt: skip


def search(tmp_path, result: SearchResult | None = None, **changes: object) -> Search:
    return Search(tiny.recipe(max_epochs=100, **changes), result, tmp_path, num_seeds=3)


def after_first_rung(tmp_path) -> Search:
    """Trial k scored k nats at the first rung, except trial 2, which diverged."""
    given = search(tmp_path)
    reports = [report(FIRST, float(k), diverged=k == 2, finished=k == 2) for k in range(10)]
    given.take_trials(range(10), reports)
    return given


def test_rates_are_log_uniform_in_base_two_and_always_the_same():
    rates = np.array([rate for seed in range(300) for rate in learning_rates(seed)])
    assert rates.min() >= 2**-12 * 0.999 and rates.max() <= 2**-6 * 1.001
    shares = np.histogram(np.log2(rates), bins=6, range=(-12, -6))[0] / len(rates)
    assert np.abs(shares - 1 / 6).max() < 0.03
    assert learning_rates(1) == learning_rates(1) != learning_rates(2)
    assert all(rate == json.loads(f"{rate:.4g}") for rate in learning_rates(1))


def test_a_new_search_asks_for_all_ten_until_the_first_rung(tmp_path):
    assert search(tmp_path).waiting_trials() == (list(range(10)), FIRST)
    assert (FIRST, SECOND) == (6, 20)


def test_the_best_four_of_a_rung_go_on(tmp_path):
    given = after_first_rung(tmp_path)
    assert given.waiting_trials() == ([0, 1, 3, 4], SECOND)
    ends = [trial.ended for trial in given.result.trials]
    assert ends == ["running"] * 2 + ["diverged"] + ["running"] * 2 + ["dropped"] * 5


def test_no_trial_is_dropped_before_all_have_come_to_the_rung(tmp_path):
    given = search(tmp_path)
    given.take_trials([5, 6, 7, 8, 9], [report(FIRST, 9.0)] * 5)
    assert given.waiting_trials() == ([0, 1, 2, 3, 4], FIRST)
    assert all(trial.ended == "running" for trial in given.result.trials)


def test_the_order_in_which_jobs_end_changes_nothing(tmp_path):
    first, second = search(tmp_path), search(tmp_path)
    reports = [report(FIRST, math.cos(k)) for k in range(10)]
    for group in ([0, 2, 4, 6, 8], [1, 3, 5, 7, 9]):
        first.take_trials(group, [reports[k] for k in group])
    for group in ([9, 1, 5], [3, 7, 0, 2, 4, 6, 8]):
        second.take_trials(group, [reports[k] for k in group])
    assert first.result == second.result


def test_the_winner_is_the_best_on_validation_even_if_it_stopped_early(tmp_path):
    given = after_first_rung(tmp_path)
    given.take_trials(
        [0, 1, 3, 4], [report(9, -0.5, finished=True), *[report(SECOND, -0.1 * k) for k in (1, 2, 3)]]
    )
    assert given.waiting_trials() == ([4], 100), "keep two of the second rung: one has stopped already"
    assert not given.is_decided
    given.take_trials([4], [report(100, -0.4, finished=True)])
    assert given.result.best == 0 and given.waiting_trials()[0] == []
    assert given.result.trials[4].ended == "last epoch"
    assert given.winner().optimiser.learning_rate == given.result.trials[0].learning_rate
    assert make_recipe(given.result.recipe) == given.winner()


def test_the_winner_is_fitted_with_the_other_seeds(tmp_path):
    given = after_first_rung(tmp_path)
    assert given.waiting_seeds() == []
    given.take_trials([0, 1, 3, 4], [report(9, 1.0, finished=True)] * 4)
    assert given.waiting_seeds() == [2, 3]
    metrics = {split: {"nats_per_frame": 1.0} for split in ("train", "valid", "test")}
    for seed in (3, 2):
        given.take_seed(seed, {**report(9, 1.0, finished=True), "metrics": metrics})
    assert [run.seed for run in given.result.seeds] == [2, 3] and not given.waiting_seeds()
    with pytest.raises(EngineError, match="seed 2 diverged"):
        given.take_seed(2, report(1, None, diverged=True))


def test_a_search_that_is_read_again_goes_on_where_it_stood(tmp_path):
    given = after_first_rung(tmp_path)
    again = search(tmp_path, SearchResult.model_validate_json(given.result.model_dump_json()))
    assert again.waiting_trials() == given.waiting_trials()
    again.take_trials([0, 1, 3, 4], [report(9, 1.0, finished=True)] * 4)
    decided = search(tmp_path, SearchResult.model_validate_json(again.result.model_dump_json()))
    assert decided.is_decided and decided.winner() == again.winner()


def test_the_results_of_another_recipe_are_refused(tmp_path):
    with pytest.raises(EngineError, match="are those of another recipe: choose another --results"):
        search(tmp_path, new_result(tiny.recipe(max_epochs=100)), model={"cells": tiny.layers(hidden_size=7)})
    with_rate(tiny.recipe(), 0.5)
    search(tmp_path, new_result(with_rate(tiny.recipe(max_epochs=100), 0.5)))


def test_where_all_rates_diverge_there_is_no_winner(tmp_path):
    with pytest.raises(EngineError, match="all learning rates of tiny diverged"):
        search(tmp_path).take_trials(range(10), [report(0, None, finished=True, diverged=True)] * 10)


def test_few_epochs_make_rungs_of_one_epoch_and_still_end(tmp_path):
    given = Search(tiny.recipe(max_epochs=2), None, tmp_path)
    assert given.waiting_trials() == (list(range(10)), 1)
    given.take_trials(range(10), [report(1, float(k)) for k in range(10)])
    assert given.waiting_trials() == ([0, 1], 2)
    given.take_trials([0, 1], [report(2, float(k), finished=True) for k in range(2)])
    assert given.result.best == 0


def test_a_search_begins_with_the_rungs_it_is_given_and_keeps_them(tmp_path):
    given = Search(tiny.recipe(max_epochs=100), None, tmp_path, rungs=((5, 3),))
    given.take_trials(range(10), [report(20, float(k)) for k in range(10)])
    assert given.waiting_trials() == ([0, 1, 2], 100)
    assert search(tmp_path, given.result).waiting_trials() == ([0, 1, 2], 100)


def test_a_job_on_an_unknown_corpus_comes_back_as_a_sentence():
    job = Job(tiny.recipe(corpus="nowhere").model_dump(), (0.1,), ("none",), 1, None, "cpu")
    (answer,) = run_job(job)
    assert "unknown corpus 'nowhere'" in answer["error"]


def test_results_of_a_version_with_fewer_settings_are_understood(tmp_path):
    """A setting that came later has the value that the older version meant by not having it."""
    older = new_result(tiny.recipe(max_epochs=100)).model_dump()
    for key in ("weights", "keep", "regularisation"):
        del older["recipe"][key]
    for key in ("method", "warm_up", "weight_decay", "products"):
        del older["recipe"]["optimiser"][key]
    again = search(tmp_path, SearchResult.model_validate(older))
    assert again.waiting_trials() == (list(range(10)), FIRST)
