"""Task: a kind of blind trial: what is asked, who is heard in which lane, and what answers there are and say.

Pages and bundles are told questions, names and answers, and know no task of their own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

from engine.listening.statistics.comparisons import Placing
from engine.listening.trial import Choice, Record, Trial, Vote

Lanes = tuple[str, ...]  # sources of a trial's lanes, in order
Name = Callable[[str], str]  # what a source is called


class Task(ABC):
    """One kind of trial; an object of it holds nothing, and there is one for all tests.

    Attributes:
        name: by which trials, exports and command lines know it.
        label: as a choice among tasks.
        hint: what a test of it is like, for whoever sets one up.
        question: as the listener reads it above the clips.
        summary: what each question is about, for listeners who were sent a test.
        lane_names: at least as many as lanes can be.
        answers: (choice, words) of each button; none where the lanes are put in order.
        num_lanes, num_sources: least and most of a trial, and of a test.
        num_trials: of a test, unless said.
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
        """Who is heard in each trial of a test.

        Args:
            sources: who takes part.
            asked: trials of earlier tests, by which those that were asked least come first.
        """

    @abstractmethod
    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """What came of a test, in a sentence for who took it, without a capital and a full stop.

        Args:
            votes: at least one, all of the test, that count.
        """

    def told(self, trial: Trial, choice: Choice, name: Name) -> str:
        """Whose clips were whose, in the words of an answer, no capital and no full stop; or nothing."""
        return ""

    def is_like(self, mine: Record, other: Record) -> bool | None:
        """Whether another listener, asked the same, said the same; None where that was not asked."""
        return None

    def check(self, trial: Trial, choice: Choice) -> None:
        """Refuse what is no answer to a trial.

        Raises:
            ValueError: it is not.
        """
        allowed = [answer for answer, _ in self.answers]
        if choice not in allowed:
            raise ValueError(f"choice {choice!r} must be one of {', '.join(allowed)}")

    def placing(self, vote: Vote) -> Placing | None:
        """The order into which a vote puts its lanes; None where the task asks for none."""
        return None


def of_task(task: Task, asked: Sequence[Record]) -> list[Trial]:
    """The trials of one task among those of earlier tests."""
    return [record.trial for record in asked if record.trial.task == task.name]
