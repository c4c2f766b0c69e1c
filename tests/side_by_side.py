"""Which process runs which file of tests, where several run side by side.

All but the last drive the app and browsers: each needs a core, to be seen and heard in time, but often waits.
The last one runs the other files, with a low priority, in the time that is left.
"""

import os
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

MAX_DRIVING = 2  # processes that drive the app and browsers
LOWER_PRIORITY = 19  # by how much the last process is nicer than the others: it has what they leave


def num_processes() -> int:
    """How many processes there should be on this machine."""
    return min(os.cpu_count() or 1, MAX_DRIVING) + 1


def last_name(count: int) -> str:
    """What xdist calls the last of several processes; empty for a single one."""
    return f"gw{count - 1}" if count > 1 else ""


def stand_aside() -> None:
    """Lower the priority of this process, and of all that it starts, if it is the last one."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if os.environ.get("PYTEST_XDIST_WORKER") == (last_name(count) or "none"):
        os.nice(LOWER_PRIORITY)


@cache
def needs_a_core(file: str) -> bool:
    """Whether a file of tests drives the app or a browser."""
    path = Path(__file__).parents[1] / file
    return file.startswith("tests/pages/") or "mark.browser" in path.read_text(encoding="utf-8")


class FilesSideBySide(LoadFileScheduling):
    """Files in the order in which they were collected; the last process gets none that needs a core."""

    def _left_for(self, node: WorkerController) -> list[str]:
        """The files that a process may still be given, the next one first."""
        files = sorted(self.workqueue, key=lambda file: not needs_a_core(file))  # sorted keeps their order
        is_last = node.gateway.id == last_name(self.numnodes)
        return [file for file in files if not (is_last and needs_a_core(file))]

    def _assign_work_unit(self, node: WorkerController) -> None:
        if files := self._left_for(node):
            self.workqueue.move_to_end(files[0], last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and not self._left_for(node) and not node.shutting_down:
            node.shutdown()
        else:
            super()._reschedule(node)
