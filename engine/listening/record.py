"""Record: checks that a trial and its answer fit the trial's task, and asks the task what answers mean."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from engine.errors import InvalidValueError
from engine.listening.statistics.comparisons import Placing
from engine.listening.statistics.exclusion import votes_that_count
from engine.listening.tasks import TASKS
from engine.listening.tasks.task import Name
from engine.listening.trial import Record, Trial, Vote
from engine.strict import first_problem

NOTHING_COUNTS = "No answer of this test counts."


def make_record(values: Any) -> Record:
    """A checked record from plain values, as a line of an export holds them.

    Raises:
        InvalidValueError: something is missing, unknown or out of range.
    """
    try:
        record = Record.model_validate(values)
    except ValidationError as error:
        place, said = first_problem(error, "the record")
        raise InvalidValueError(f"{place}: {said.removeprefix('Value error, ')}") from None
    check_record(record)
    return record


def check_record(record: Record) -> None:
    """Refuse a trial that no task could have asked, or an answer that does not fit its trial.

    Raises:
        InvalidValueError: the record holds either.
    """
    check_trial(record.trial)
    if record.answer is not None:
        try:
            TASKS[record.trial.task].check(record.trial, record.answer.choice)
        except ValueError as error:
            raise InvalidValueError(f"the record: {error}") from None


def check_trial(trial: Trial) -> None:
    """Refuse a trial that no task could have asked.

    Raises:
        InvalidValueError: its task is unknown, or does not take that many lanes.
    """
    if trial.task not in TASKS:
        *names, last = map(repr, TASKS)
        raise InvalidValueError(f"trial.task: Input should be {', '.join(names)} or {last}")
    least, most = TASKS[trial.task].num_lanes
    if not least <= len(trial.lanes) <= most:
        raise InvalidValueError(f"trial: {trial.task} takes {least} to {most} lanes, not {len(trial.lanes)}")


def verdict(records: Iterable[Record], name: Name) -> str:
    """The result of one test in a sentence for its listener: counts, and the statistics of its task.

    Args:
        records: all answered trials of one test by one listener.
        name: gives the name under which the listener knows a source.
    """
    votes, _ = votes_that_count(records)
    if not votes:
        return NOTHING_COUNTS
    sentence = TASKS[votes[0].trial.task].verdict(votes, name)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def placings_of(votes: Iterable[Vote]) -> list[Placing]:
    """The order into which each vote puts its lanes; votes of tasks that ask for no order are left out."""
    placings = (TASKS[vote.trial.task].placing(vote) for vote in votes)
    return [placing for placing in placings if placing is not None]


def question_of(task: str) -> dict[str, Any]:
    """What a browser is told about a task: its question, its lanes' names, and its answers, if it has any."""
    kind = TASKS[task]
    return {"question": kind.question, "names": kind.lane_names, "answers": kind.answers}
