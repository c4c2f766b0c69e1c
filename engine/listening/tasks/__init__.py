"""Tasks: the kinds of blind trials, by name."""

from engine.listening.tasks.abx import Abx
from engine.listening.tasks.preference import Preference
from engine.listening.tasks.rank import Rank
from engine.listening.tasks.real_or_model import RealOrModel
from engine.listening.tasks.task import Task

TASKS: dict[str, Task] = {task.name: task for task in (Preference(), Abx(), Rank(), RealOrModel())}

__all__ = ["TASKS", "Task"]
