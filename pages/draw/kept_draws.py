"""KeptDraws: the draws that were finished last, by their links, for pages that are loaded again.

A link decides every frame, so a draw that is kept equals one that is drawn anew. Its files lie where
visitors fetch them; when one of them has been removed, the draw is forgotten.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_KEPT_DRAWS = 64


@dataclass(frozen=True)
class KeptDraw:
    """All that a page shows of a draw.

    Args:
        lanes: the value of each lane.
        note: the sentence above the lanes.
    """

    lanes: tuple[Mapping[str, Any], ...]
    note: str

    @property
    def files(self) -> list[Path]:
        """The paths of its sound and its downloads."""
        names = ("pieces", "downloads")
        return [Path(file["path"]) for lane in self.lanes for name in names for file in lane.get(name, ())]


class KeptDraws:
    """The draws by link; visitors share them, and none is ever changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, KeptDraw] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, link: str | None) -> KeptDraw | None:
        """The draw of a link, if it is here and all of its files are."""
        with self._lock:
            draw = self._kept.get(link or "")
            if draw is None or all(path.exists() for path in draw.files):
                return draw
            del self._kept[link or ""]
            return None

    def keep(self, link: str | None, lanes: Iterable[Mapping[str, Any]], note: str) -> None:
        """Keep a draw, and drop the oldest where there are too many; one that is not done, or has no link, is
        ignored."""
        values = list(lanes)
        if not link or any(value["state"] != "done" for value in values):
            return
        silent = tuple({**value, "plays": ""} for value in values)  # a reload starts no sound
        draw = KeptDraw(silent, note)
        with self._lock:
            self._kept[link] = draw
            self._kept.move_to_end(link)
            while len(self._kept) > MAX_KEPT_DRAWS:
                self._kept.popitem(last=False)
