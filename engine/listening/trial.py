"""Trial: one question to one listener, what was played for it, and the answer.

    record = {"trial": {…}, "answer": {…} or null}        one line of JSON for each trial, in exports

This file says what is recorded; engine/listening/tasks says which lanes each kind of question takes and how
it is answered.

Conventions
    lane    place of a clip as the listener saw it, from 0: A is lane 0, B lane 1; in ABX, X is lane 2
    source  name of a checkpoint, or one of SOURCES_BESIDE_MODELS
    times   UTC, ISO 8601
    choice  one of the task's answers, or a place for each lane, 1 for the best; equal places are ties
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from engine.strict import Closed

SCHEMA_VERSION = 1
REAL, ANCHOR = "real", "anchor"
SOURCES_BESIDE_MODELS = (REAL, ANCHOR)  # the corpus itself, and a low anchor
UTC_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$"

Choice = str | tuple[int, ...]


class TrialLane(Closed):
    """A clip of a trial as it was played.

    Args:
        clip: opaque id, by which the listener's browser asked for it.
        source: see Conventions.
        checkpoint_sha256: of the model's weights; None if no model drew the clip.
        clip_sha256: of the sound before it was delayed and dithered, so equal clips have equal hashes.
        lufs: loudness before the gain, by BS.1770; None for silence.
        gain_decibels: the gain that makes all lanes equally loud.
    """

    clip: str
    source: str
    checkpoint_sha256: str | None = None
    clip_sha256: str
    lufs: float | None = None
    gain_decibels: float = 0.0


class Trial(Closed):
    """A question, as it was fixed before it was asked.

    Args:
        trial_id: opaque.
        test_id: shared by the trials that were started together.
        number: place in the test, from 1.
        num_trials: of the test, fixed before its start.
        listener: random id of a visitor.
        corpus: the one that all models of the trial were fitted on.
        prime: name of the excerpt that all lanes begin with; empty for none.
        seed, temperature, num_frames: of the draws; models of one trial are given the same random numbers.
        design_seed: of the generator that chose who is played, and in which order. Both seeds are None in an
            export that was made before the test was over.
        seconds: length of every clip.
        shared_seconds: length of the beginning that all clips share; None in trials from before it was kept.
        lanes: in the order in which the listener saw them.
        version: of the app.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    trial_id: str = Field(min_length=1)
    test_id: str = Field(min_length=1)
    number: int = Field(ge=1)
    num_trials: int = Field(ge=1)
    listener: str = Field(min_length=1)
    task: str
    corpus: str
    prime: str = ""
    seed: int | None = None
    design_seed: int | None = None
    temperature: float = 1.0
    num_frames: int = Field(ge=1)
    seconds: float = Field(gt=0)
    shared_seconds: float | None = Field(default=None, ge=0)
    lanes: tuple[TrialLane, ...]
    issued_at: str = Field(pattern=UTC_TIME)
    version: str = ""

    @model_validator(mode="after")
    def _is_within_its_test(self) -> "Trial":
        if self.number > self.num_trials:
            raise ValueError(f"trial {self.number} of {self.num_trials}")
        if self.shared_seconds is not None and self.shared_seconds > self.seconds:
            raise ValueError(f"clips of {self.seconds:g} s share {self.shared_seconds:g} s")
        return self


class Answer(Closed):
    """What the listener said.

    Args:
        choice: see Conventions.
        heard_seconds: of each lane, how much of what follows the shared beginning was played at least once;
            in trials that do not say how long that is, how much of the clip.
        response_seconds: from the first sound to the answer.
        device: what they listen with, chosen from a list; empty if they did not say.
        answered_at: when the server received it; in a bundle, the time by the listener's clock.
        doubt: why the server took the answer for a machine's; empty if it did not. A doubted answer is kept,
            and counts nowhere (statistics/exclusion.py).
    """

    choice: Choice
    heard_seconds: tuple[float, ...]
    response_seconds: float = Field(ge=0)
    device: str = Field(default="", max_length=40)
    answered_at: str = Field(pattern=UTC_TIME)
    doubt: Literal["", "program", "at_once"] = ""


@dataclass(frozen=True)
class Vote:
    """An answered trial, as statistics take it."""

    trial: Trial
    answer: Answer


class Record(Closed):
    """A trial and its answer, if there is one."""

    trial: Trial
    answer: Answer | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Record":
        if self.answer is not None and len(self.answer.heard_seconds) != len(self.trial.lanes):
            raise ValueError("heard_seconds must hold a number for each lane")
        return self

    @property
    def vote(self) -> Vote | None:
        """The same as a Vote; None while there is no answer."""
        return None if self.answer is None else Vote(self.trial, self.answer)
