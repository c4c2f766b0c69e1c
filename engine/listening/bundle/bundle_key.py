"""BundleKey: whose the clips of a listening-test bundle are; it turns listeners' answers into records.

    key       {"format": 1, "session": {…}, "trials": [{…}, …]}      kept by the person who made the bundle
    result    {"bundle": id, "trial": id, "listener": id, "choice": …, "heard_seconds": […], …}
              one line of JSON for each answer, in the file that the bundle's page lets its listener
              download; it holds only opaque ids

Many listeners answer the same trial of a bundle: in each record its id is ``<trial>-<listener>``, and its
number is that of the plan, though every listener hears the trials in a different order.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from engine.errors import InvalidValueError, UnreadableFileError
from engine.listening.record import check_trial, make_record
from engine.listening.session import Session
from engine.listening.trial import UTC_TIME, Choice, Record, Trial
from engine.strict import Closed, first_problem

ANYBODY = "anybody"  # the listener of a key's trials, because nobody knows yet who will answer
MAX_KEY_BYTES = 10_000_000


class Result(Closed):
    """An answer as a results file holds it.

    Args:
        bundle: id of the bundle.
        trial: opaque id of the trial.
        listener: random id that the browser drew.
        choice, heard_seconds, response_seconds, device: as in Answer.
        asked_at, answered_at: by the listener's clock.
    """

    schema_version: Literal[1] = 1
    bundle: str
    trial: str
    listener: str = Field(min_length=1, max_length=64)
    choice: Choice
    heard_seconds: tuple[float, ...]
    response_seconds: float
    device: str = ""
    asked_at: str = Field(pattern=UTC_TIME)
    answered_at: str = Field(pattern=UTC_TIME)


class BundleKey(Closed):
    """What a bundle hides.

    Args:
        session: the test as it was set; its ``test_id`` is the bundle's id.
        trials: all of them, with the ids of their files; their listener is ANYBODY.
    """

    format: Literal[1] = 1
    session: Session
    trials: tuple[Trial, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_of_one_bundle(self) -> "BundleKey":
        if any(trial.test_id != self.session.test_id for trial in self.trials):
            raise ValueError("its trials belong to another bundle than its session")
        for trial in self.trials:
            try:
                check_trial(trial)
            except InvalidValueError as error:
                raise ValueError(str(error)) from None
        return self

    @property
    def bundle(self) -> str:
        """Id of the bundle."""
        return self.session.test_id

    @cached_property
    def _by_id(self) -> dict[str, Trial]:
        return {trial.trial_id: trial for trial in self.trials}

    def record(self, values: Any) -> Record:
        """The record of a result: its trial, now with that listener, and the answer.

        Args:
            values: one line of a results file, read from JSON.

        Raises:
            InvalidValueError: it is not a result, does not answer its trial, or is of another bundle.
        """
        result = _validated(Result, values)
        if result.bundle != self.bundle or result.trial not in self._by_id:
            raise InvalidValueError(f"trial {result.trial!r} is not in bundle {self.bundle}")
        asked = self._by_id[result.trial].model_dump() | {
            "trial_id": f"{result.trial}-{result.listener}",
            "listener": result.listener,
            "issued_at": result.asked_at,
        }
        of_answer = ("choice", "heard_seconds", "response_seconds", "device", "answered_at")
        answer = {name: getattr(result, name) for name in of_answer}
        if (
            asked["shared_seconds"] is None
        ):  # heard_seconds count from the clip's start, so the shared beginning is taken off
            asked["shared_seconds"] = shared = asked["seconds"] * self.session.shared_share
            answer["heard_seconds"] = tuple(max(0.0, heard - shared) for heard in result.heard_seconds)
        return make_record({"trial": asked, "answer": answer})


def read_key(path: Path) -> BundleKey:
    """The key that was written next to a bundle.

    Raises:
        UnreadableFileError: the file cannot be read, or is not a key.
    """
    remedy = "give the .key.json file that was written beside the bundle"
    try:
        with path.open("rb") as file:
            content = file.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(f"the key {path} cannot be read ({error.strerror}): {remedy}") from None
    try:
        return BundleKey.model_validate_json(content)
    except ValidationError as error:
        raise UnreadableFileError(f"{path} is not the key of a bundle ({_first(error)}): {remedy}") from None


def _validated(kind: type[Result], values: Any) -> Result:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidValueError(_first(error)) from None


def _first(error: ValidationError) -> str:
    place, said = first_problem(error, whole="")
    return f"{place}: {said}" if place else said.removeprefix("Value error, ")
