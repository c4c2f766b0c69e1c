"""Task: a kind of blind trial: what is asked, who is heard in which lane, the answers and what they mean.

Pages and bundles read questions, names and answers from the task, and know no task by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

from engine.listening.statistics.comparisons import Placing
from engine.listening.trial import Choice, Record, Trial, Vote

Lanes = tuple[str, ...]  # sources of a trial's lanes, in order
Name = Callable[[str], str]  # what a source is called


class Task(ABC):
    """One kind of trial; TASKS holds one object of each class, without state, which serves all tests.

    Attributes:
        name: the name in trials, exports and command lines.
        label: what the choice among tasks calls it.
        hint: what a test of this kind is like, for somebody who sets one up.
        question: what the listener reads above the clips.
        summary: what each question is about, for listeners who were sent a test.
        lane_names: at least as many as a trial can have lanes.
        answers: (choice, words) of each button; empty if the lanes are put in order.
        num_lanes: least and most lanes of a trial.
        num_sources: least and most sources of a test.
        num_trials: of a test, unless another number is asked for.
        hides_references: whether the real excerpt or the anchor may be hidden among the models.
    """

    name: str
    label: str
    hint: str
    question: str
    summary: str
    lane_names: tuple[str, ...]
    answers: tuple[tuple[str, str], ...] = ()
    num_lanes: tuple[int, int]
    num_sources: tuple[int, int]
    num_trials: int
    hides_references: bool = True

    @abstractmethod
    def lanes(
        self, sources: Lanes, num_trials: int, asked: Sequence[Record], rng: np.random.Generator
    ) -> list[Lanes]:
        """The sources of each trial's lanes, for every trial of a test.

        Args:
            sources: who takes part.
            asked: trials of earlier tests; what was asked least in them comes first.
        """

    @abstractmethod
    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """The result of a test, in a sentence for its listener, without a capital or a full stop.

        Args:
            votes: all votes of the test that count, at least one.
            name: gives the name under which the listener knows a source.
        """

    def told(self, trial: Trial, choice: Choice, name: Name) -> str:
        """An answer in words that say whose each clip was, no capital, no full stop; empty by default."""
        return ""

    def is_like(self, mine: Record, theirs: Record) -> bool | None:
        """Whether another listener gave the same answer to the same question; None if it was another."""
        return None

    def check(self, trial: Trial, choice: Choice) -> None:
        """Refuse a choice that is not an answer to a trial.

        Raises:
            ValueError: it is not one.
        """
        allowed = [answer for answer, _ in self.answers]
        if choice not in allowed:
            raise ValueError(f"choice {choice!r} must be one of {', '.join(allowed)}")

    def placing(self, vote: Vote) -> Placing | None:
        """The order into which a vote puts its lanes; None if the task asks for no order."""
        return None


def of_task(task: Task, asked: Sequence[Record]) -> list[Trial]:
    """The trials among ``asked`` (records of earlier tests) that belong to ``task``."""
    return [record.trial for record in asked if record.trial.task == task.name]
