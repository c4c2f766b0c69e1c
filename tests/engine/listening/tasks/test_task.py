"""What every registered kind of trial must be able to do."""

import itertools
import json

import numpy as np
import pytest

from engine.listening.design import TestDesign
from engine.listening.record import question_of, verdict
from engine.listening.tasks import TASKS
from engine.listening.tasks.task import Task
from engine.listening.trial import Record
from tests.engine.listening.listener import record

MODELS = tuple(f"m-{number}" for number in range(12))
NUM_TRIALS = 12


@pytest.fixture(params=TASKS, ids=str)
def task(request) -> Task:
    return TASKS[request.param]


def sources(task: Task, count: int) -> tuple[str, ...]:
    return MODELS[: min(max(count, task.num_sources[0]), task.num_sources[1])]


def asked(task: Task, count: int, seed: int = 3) -> list[tuple[str, ...]]:
    design = TestDesign(task.name, sources(task, count), NUM_TRIALS, seed)
    return [plan.sources for plan in design.plans()]


def answers(task: Task, num_lanes: int) -> list:
    """All that may be said: a button, or a place for each lane."""
    places = itertools.product(range(1, num_lanes + 1), repeat=num_lanes)
    return [choice for choice, _ in task.answers] or list(places)


def answered(task: Task, count: int) -> list[Record]:
    rng, lanes, records = np.random.default_rng(5), asked(task, count), []
    for number, trial_sources in enumerate(lanes, 1):
        said = answers(task, len(trial_sources))
        choice, facts = said[rng.integers(len(said))], {"number": number, "num_trials": len(lanes)}
        records.append(record(trial_sources, choice, task.name, trial_id=f"t{number}", **facts))
    return records


def test_it_is_registered_by_its_name(task):
    assert TASKS[task.name] is task
    assert all((task.label, task.hint, task.question, task.summary)) and 1 <= task.num_trials <= 40


@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_trials_have_as_many_lanes_as_may_be_and_a_name_for_each(task, count):
    least, most = task.num_lanes
    lanes = asked(task, count)
    assert len(lanes) == NUM_TRIALS and all(least <= len(trial_sources) <= most for trial_sources in lanes)
    assert len(task.lane_names) >= most and len(set(task.lane_names)) == len(task.lane_names)


def test_what_a_browser_is_told_is_plain_and_names_no_source(task):
    told = json.dumps(question_of(task.name))
    assert task.question in json.loads(told).values() and not any(model in told for model in MODELS)


def test_every_answer_that_may_be_given_is_taken_and_no_other(task):
    trial = record(asked(task, 3)[0], None, task.name).trial
    for choice in answers(task, len(trial.lanes)):
        task.check(trial, choice)
    for choice in ("", "karaoke", (), (0,) * len(trial.lanes), (99,) * len(trial.lanes)):
        with pytest.raises(ValueError, match="must be"):
            task.check(trial, choice)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_test_ends_with_a_sentence(task, count):
    said = verdict(answered(task, count), lambda source: f"«{source}»")
    assert not said[0].islower() and said.endswith(".") and "\n" not in said


def test_an_order_has_a_place_for_each_lane(task):
    for with_answer in answered(task, 3):
        placing = task.placing(with_answer.vote)
        if placing is not None:
            assert len(placing.places) == len(placing.sources) == len(with_answer.trial.lanes)
