"""Tasks: kinds of blind trials by name."""

from collections.abc import Iterable
from typing import Any

from engine.listening.statistics.comparisons import Placing
from engine.listening.statistics.exclusion import counted
from engine.listening.tasks.abx import Abx
from engine.listening.tasks.preference import Preference
from engine.listening.tasks.rank import Rank
from engine.listening.tasks.real_or_model import RealOrModel
from engine.listening.tasks.task import Name, Task
from engine.listening.trial import Record, Vote

TASKS: dict[str, Task] = {task.name: task for task in (Preference(), Abx(), Rank(), RealOrModel())}
NOTHING_COUNTS = "No answer of this test counts."

__all__ = ["NOTHING_COUNTS", "TASKS", "Task", "placings_of", "question_of", "verdict"]


def verdict(records: Iterable[Record], name: Name) -> str:
    """What came of one test, in a sentence for who took it: counts, and the statistics of its task.

    Args:
        records: all answered trials of one test by one listener.
        name: what a source is called.
    """
    votes, _ = counted(records)
    if not votes:
        return NOTHING_COUNTS
    sentence = TASKS[votes[0].trial.task].verdict(votes, name)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def placings_of(votes: Iterable[Vote]) -> list[Placing]:
    """The orders into which votes put their lanes, of tasks that ask for one."""
    placings = (TASKS[vote.trial.task].placing(vote) for vote in votes)
    return [placing for placing in placings if placing is not None]


def question_of(task: str) -> dict[str, Any]:
    """What a browser is told of a trial's task: the question, the names of lanes, and the answers or none."""
    kind = TASKS[task]
    return {"question": kind.question, "names": kind.lane_names, "answers": kind.answers}
