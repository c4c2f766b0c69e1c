"""Design: who is heard in a test, against whom, and in which order; all of it drawn before the first sound.

    preference     the two sources that were compared least; A is the one that was A less often
    abx            the same two, A and B, in every trial; X is one of them, each with probability 1/2
    rank           all sources, shuffled
    real_or_model  the corpus itself with probability 1/2, else the model that was asked about least

Every trial has draws of its own (another seed), so no clip is heard twice in a test. One preference in
CATCH_EVERY is a catch: the same clip twice, to see how listeners guess and whether they favour a side.

Conventions
    source  name of a checkpoint, REAL or ANCHOR
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.errors import InvalidValueError
from engine.listening.trial import ANCHOR, NUM_LANES, REAL, TASKS, Record
from engine.sampling import MAX_SEED

MAX_TRIALS = 40
MAX_SOURCES = {"preference": 12, "abx": 2, "rank": 5, "real_or_model": 12}
CATCH_EVERY = 8
DEFAULT_TRIALS = {"preference": 10, "abx": 16, "rank": 4, "real_or_model": 10}


@dataclass(frozen=True)
class TrialPlan:
    """What one trial plays.

    Attributes:
        number: place in the test, from 1.
        sources: of the lanes, in order.
        seed: of all draws of the trial.
    """

    number: int
    sources: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class TestDesign:
    """A test as it is asked for.

    Args:
        task: one of TASKS.
        sources: who takes part; for "real_or_model" the models alone.
        num_trials: fixed before the start.
        seed: of the generator that decides everything.

    Raises:
        InvalidValueError: too few or too many sources or trials for the task.
    """

    __test__ = False  # pytest: this is no class of tests

    task: str
    sources: tuple[str, ...]
    num_trials: int
    seed: int

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise InvalidValueError(f"task {self.task!r} must be one of {', '.join(TASKS)}")
        if not 1 <= self.num_trials <= MAX_TRIALS:
            raise InvalidValueError(f"{self.num_trials} trials must be from 1 to {MAX_TRIALS}")
        least = {"abx": 2, "real_or_model": 1}.get(self.task, NUM_LANES[self.task][0])
        most = MAX_SOURCES[self.task]
        count = len(set(self.sources))
        if not least <= count <= most or count < len(self.sources):
            wanted = str(least) if least == most else f"{least} to {most}"
            raise InvalidValueError(
                f"choose {wanted} different models for this task, not {len(self.sources)}"
            )
        if self.task == "real_or_model" and {REAL, ANCHOR} & set(self.sources):
            raise InvalidValueError("the real excerpt is a part of this task already: choose models alone")

    def plans(self, asked: Iterable[Record] = ()) -> list[TrialPlan]:
        """All trials of the test.

        Args:
            asked: trials of earlier tests, by which those that were asked least come first.
        """
        rng = np.random.default_rng(self.seed)
        seeds = rng.choice(MAX_SEED, self.num_trials, replace=False)
        lanes = getattr(self, f"_{self.task}")(rng, list(asked))
        return [TrialPlan(place + 1, lanes[place], int(seeds[place])) for place in range(self.num_trials)]

    def _preference(self, rng: np.random.Generator, asked: Sequence[Record]) -> list[tuple[str, ...]]:
        own = [
            tuple(lane.source for lane in record.trial.lanes)
            for record in asked
            if record.trial.task == "preference" and not record.trial.is_catch
        ]
        times = Counter(own)
        pairs = list(combinations(self.sources, 2))
        catches = self._catches(rng)
        found = []
        for place in range(self.num_trials):
            if place in catches:
                source = self.sources[rng.integers(len(self.sources))]
                found.append((source, source))
                continue
            order = rng.permutation(len(pairs))  # so that ties are broken by lot
            first, second = min((pairs[k] for k in order), key=lambda p: times[p] + times[p[::-1]])
            more = times[first, second] - times[second, first]
            turned = more > 0 or (more == 0 and rng.random() < 0.5)
            pair = (second, first) if turned else (first, second)
            times[pair] += 1
            found.append(pair)
        return found

    def _catches(self, rng: np.random.Generator) -> set[int]:
        """Places of the catches, one in each whole group of CATCH_EVERY."""
        starts = range(0, self.num_trials - CATCH_EVERY + 1, CATCH_EVERY)
        return {start + int(rng.integers(CATCH_EVERY)) for start in starts}

    def _abx(self, rng: np.random.Generator, asked: Sequence[Record]) -> list[tuple[str, ...]]:
        found = []
        for _ in range(self.num_trials):
            first, second = (self.sources[k] for k in rng.permutation(2))
            found.append((first, second, (first, second)[rng.integers(2)]))
        return found

    def _rank(self, rng: np.random.Generator, asked: Sequence[Record]) -> list[tuple[str, ...]]:
        every = range(self.num_trials)
        return [tuple(self.sources[k] for k in rng.permutation(len(self.sources))) for _ in every]

    def _real_or_model(self, rng: np.random.Generator, asked: Sequence[Record]) -> list[tuple[str, ...]]:
        times = Counter(
            record.trial.lanes[0].source for record in asked if record.trial.task == "real_or_model"
        )
        found = []
        for _ in range(self.num_trials):
            source = REAL
            if rng.random() < 0.5:
                order = rng.permutation(len(self.sources))
                source = min((self.sources[k] for k in order), key=lambda name: times[name])
                times[source] += 1
            found.append((source,))
        return found
