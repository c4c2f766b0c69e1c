"""Task: a kind of blind trial: what is asked, who is heard in which lane, the answers and what they say.

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
    """One kind of trial; its one object holds no state and serves all tests.

    Attributes:
        name: by which trials, exports and command lines know it.
        label: what the choice among tasks calls it.
        hint: what a test of it is like, for whoever sets one up.
        question: as the listener reads it above the clips.
        summary: what each question is about, for listeners who were sent a test.
        lane_names: at least as many as a trial can have lanes.
        answers: (choice, words) of each button; none where the lanes are put in order.
        num_lanes, num_sources: least and most of a trial, and of a test.
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
        """Who is heard in each trial of a test.

        Args:
            sources: who takes part.
            asked: trials of earlier tests; what they asked least comes first.
        """

    @abstractmethod
    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """What came of a test, in a sentence for whoever took it, without a capital or a full stop.

        Args:
            votes: all votes of the test that count, at least one.
        """

    def told(self, trial: Trial, choice: Choice, name: Name) -> str:
        """An answer in words that tell whose clips were whose, no capital, no full stop; empty by default."""
        return ""

    def is_like(self, mine: Record, theirs: Record) -> bool | None:
        """Whether another listener, asked the same, said the same; None where that was not asked."""
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
        """The order into which a vote puts its lanes; None where the task asks for none."""
        return None


def of_task(task: Task, asked: Sequence[Record]) -> list[Trial]:
    """The trials of one task among those of earlier tests."""
    return [record.trial for record in asked if record.trial.task == task.name]
