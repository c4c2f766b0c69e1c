"""ABX: is X the same as A, or as B? All trials have the same two sources; X is one of them, at random."""

from collections.abc import Sequence

import numpy as np

from engine.listening.statistics.abx import abx_tests
from engine.listening.tasks.task import Lanes, Name, Task
from engine.listening.trial import Choice, Record, Trial, Vote


class Abx(Task):
    """Two clips, and a third that is the same as one of them: the listener says which."""

    name = "abx"
    label = "Can you tell them apart? (ABX)"
    hint = (
        "Choose exactly two. X is one of them; the number of trials is fixed before the start, so that "
        "the p-value is valid."
    )
    question = "Is X the same as A, or the same as B?"
    summary = "three clips: X is the same as A or the same as B, and you say which."
    lane_names = ("A", "B", "X")
    answers = (("0", "X is A"), ("1", "X is B"))
    num_lanes = (3, 3)
    num_sources = (2, 2)
    num_trials = 16

    def lanes(
        self, sources: Lanes, num_trials: int, asked: Sequence[Record], rng: np.random.Generator
    ) -> list[Lanes]:
        """The two sources in random order, then one of them again, at random."""
        trials = []
        for _ in range(num_trials):
            first, second = (sources[k] for k in rng.permutation(2))
            trials.append((first, second, (first, second)[rng.integers(2)]))
        return trials

    def told(self, trial: Trial, choice: Choice, name: Name) -> str:
        """What X was, and whether the answer said so."""
        x = trial.lanes[2].source
        place = [lane.source for lane in trial.lanes[:2]].index(x)
        is_right = choice == str(place)
        return f"{'right' if is_right else 'wrong'}: X was {self.lane_names[place]}, {name(x)}"

    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """The exact binomial test of all trials, which must be one listener's in one test."""
        return abx_tests(votes)[0].sentence
