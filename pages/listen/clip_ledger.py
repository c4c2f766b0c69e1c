"""ClipLedger: where the clips of trials lie for browsers to fetch, and when each was first fetched.

A clip that was not fetched was not heard, and none was heard before it was fetched. A browser fetches all
clips of a trial before it plays the first, and plays one at a time.

The ledger is kept in memory: trials that were asked before this process began are not checked.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.errors import VoteError
from engine.listening import Trial
from pages.house import served_bytes

MAX_LEDGER_TRIALS = 4_000
IMPOSSIBLE = "the times of this answer cannot be true, so it does not count: reload the page"
COUNT_SECONDS = 0.5  # by which the time that a browser says it played may exceed the server's count


class ClipLedger:
    """For each trial the path of each lane's clip, the same every time, and when it was first fetched."""

    def __init__(self) -> None:
        self._paths: OrderedDict[str, tuple[str, ...]] = OrderedDict()  # trial id -> one for each lane
        self._fetched: dict[str, float | None] = {}  # path -> when first, by the clock of time.monotonic
        self._begun = datetime.now(UTC)
        self._lock = threading.Lock()

    def addresses(self, trial_id: str, sounds: Sequence[bytes]) -> tuple[str, ...]:
        """Paths of files with these sounds (MP3), one for each lane; their names give nothing away."""
        with self._lock:
            paths = self._paths.get(trial_id, ())
        if len(paths) == len(sounds) and all(Path(path).exists() for path in paths):
            return paths
        new = tuple(served_bytes(sound, f"{secrets.token_hex(8)}.mp3") for sound in sounds)
        with self._lock:
            before = [self._fetched.pop(path, None) for path in self._paths.get(trial_id, ())]
            before += [None] * (len(new) - len(before))  # else their files were removed meanwhile
            self._fetched |= dict(zip(new, before, strict=False))
            self._paths[trial_id] = new
            self._paths.move_to_end(trial_id)
            while len(self._paths) > MAX_LEDGER_TRIALS:
                for path in self._paths.popitem(last=False)[1]:
                    self._fetched.pop(path, None)
            return new

    def fetch(self, path: str) -> None:
        """Note when a file was fetched, if it is a clip and this is the first time."""
        with self._lock:
            if path in self._fetched and self._fetched[path] is None:
                self._fetched[path] = time.monotonic()

    def check(self, trial: Trial, heard: Sequence[float], response_seconds: float) -> None:
        """Refuse an answer to clips that were not fetched, or not long enough ago.

        Args:
            heard: seconds of each lane.
            response_seconds: from the question to the answer.

        Raises:
            VoteError: one sentence for the listener.
        """
        if datetime.fromisoformat(trial.issued_at) < self._begun - timedelta(milliseconds=1):
            return
        with self._lock:
            times = [self._fetched.get(path) for path in self._paths.get(trial.trial_id, ())]
        fetched = [moment for moment in times if moment is not None]
        if len(fetched) < len(trial.lanes):
            raise VoteError("the clips of this trial were not fetched: reload the page and listen to them")
        if max(sum(heard), response_seconds) > time.monotonic() - max(fetched) + COUNT_SECONDS:
            raise VoteError(IMPOSSIBLE)
