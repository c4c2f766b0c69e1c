"""Design: who is heard in a test, against whom, and in which order; all of it drawn before the first sound.

Each trial has its own seed, so no two trials play the same draw. Each trial is also transposed at random:
the pieces of a corpus are all in one key, which models may leave, so somebody who knew that key could
recognise a recording by it.

Conventions
    source  name of a checkpoint, REAL or ANCHOR
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidValueError
from engine.listening.tasks import TASKS
from engine.listening.trial import ANCHOR, REAL, Record
from engine.sampling import MAX_SEED

MAX_TEST_TRIALS = 40
TRANSPOSITIONS = range(-5, 7)  # semitones: all twelve keys


@dataclass(frozen=True)
class TrialPlan:
    """What one trial plays.

    Attributes:
        number: place in the test, from 1.
        sources: one for each lane, in order.
        seed: of all draws of the trial.
        transposition: semitones by which music is transposed, the same in all lanes.
    """

    number: int
    sources: tuple[str, ...]
    seed: int
    transposition: int = 0


@dataclass(frozen=True)
class TestDesign:
    """A test as somebody asks for it.

    Args:
        task: one of TASKS.
        sources: who takes part; models only, for a task whose ``hides_references`` is false.
        num_trials: fixed before the start.
        seed: of the random generators that decide everything else.

    Raises:
        InvalidValueError: too few or too many sources or trials for the task.
    """

    __test__ = False  # pytest: this is not a class of tests

    task: str
    sources: tuple[str, ...]
    num_trials: int
    seed: int

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise InvalidValueError(f"task {self.task!r} must be one of {', '.join(TASKS)}")
        if not 1 <= self.num_trials <= MAX_TEST_TRIALS:
            raise InvalidValueError(f"{self.num_trials} trials must be from 1 to {MAX_TEST_TRIALS}")
        task = TASKS[self.task]
        least, most = task.num_sources
        count = len(set(self.sources))
        if count < len(self.sources):
            raise InvalidValueError("choose each model only once")
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            hidden = len({REAL, ANCHOR} & set(self.sources))
            beside = f", with {hidden} hidden among them" if hidden else ""
            raise InvalidValueError(f"choose {wanted} different models for this task, not {count}{beside}")
        if not task.hides_references and {REAL, ANCHOR} & set(self.sources):
            raise InvalidValueError("the real excerpt is a part of this task already: choose models alone")

    @property
    def hears_piece(self) -> bool:
        """Whether a lane may play the piece's own continuation, in order or shuffled."""
        return not TASKS[self.task].hides_references or bool({REAL, ANCHOR} & set(self.sources))

    def plans(self, asked: Iterable[Record] = ()) -> list[TrialPlan]:
        """All trials of the test.

        Args:
            asked: trials of earlier tests; what was asked least in them comes first.
        """
        rng = np.random.default_rng(self.seed)
        seeds = rng.choice(MAX_SEED, self.num_trials, replace=False)
        lanes = TASKS[self.task].lanes(self.sources, self.num_trials, list(asked), rng)
        keys = np.random.default_rng((self.seed, 1)).choice(TRANSPOSITIONS, self.num_trials)
        return [
            TrialPlan(place + 1, lanes[place], int(seeds[place]), int(keys[place]))
            for place in range(self.num_trials)
        ]
