"""Record: from plain values to a trial and its answer that fit each other and the trial's task."""

from typing import Any

from pydantic import ValidationError

from engine.errors import InvalidValueError
from engine.listening.tasks import TASKS
from engine.listening.trial import Record, Trial
from engine.strict import first_problem


def make_record(values: Any) -> Record:
    """From plain values, as a line of an export holds them.

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
    """Refuse an answer that is none to its trial.

    Raises:
        InvalidValueError: it is not, or the trial is none of its task.
    """
    check_trial(record.trial)
    if record.answer is not None:
        try:
            TASKS[record.trial.task].check(record.trial, record.answer.choice)
        except ValueError as error:
            raise InvalidValueError(f"the record: {error}") from None


def check_trial(trial: Trial) -> None:
    """Refuse a trial that no task asks.

    Raises:
        InvalidValueError: its task is unknown, or it has too few or too many lanes for it.
    """
    if trial.task not in TASKS:
        *most, last = map(repr, TASKS)
        raise InvalidValueError(f"trial.task: Input should be {', '.join(most)} or {last}")
    least, most = TASKS[trial.task].num_lanes
    if not least <= len(trial.lanes) <= most:
        raise InvalidValueError(f"trial: {trial.task} takes {least} to {most} lanes, not {len(trial.lanes)}")
