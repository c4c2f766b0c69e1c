"""KeptClips: the clips of the trials that were asked last, so that each is sampled and rendered once.

A clip is asked for when its trial is issued, when it is shown, and when it is revealed. Whatever is not here
any more, after a restart or because others came, is made anew from the trial's session, and is the same.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from engine.listening import Clip

MAX_TRIALS = 64
MAX_BYTES = 160_000_000  # of sound: a trial of music takes about four million


class KeptClips:
    """Clips by the id of their trial; visitors share it, and what is in it is never changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Sequence[Clip]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, trial_id: str, make: Callable[[], Sequence[Clip]]) -> Sequence[Clip]:
        """The clips of a trial, made if they are not here."""
        with self._lock:
            if trial_id in self._kept:
                self._kept.move_to_end(trial_id)
                return self._kept[trial_id]
        clips = make()
        self.keep(trial_id, clips)
        return clips

    def keep(self, trial_id: str, clips: Sequence[Clip]) -> None:
        """These are the newest; the oldest are dropped where there are too many, or they are too large."""
        with self._lock:
            self._kept[trial_id] = clips
            while len(self._kept) > 1 and (len(self._kept) > MAX_TRIALS or self._num_bytes() > MAX_BYTES):
                self._kept.popitem(last=False)

    def _num_bytes(self) -> int:
        return sum(len(clip.wav) for clips in self._kept.values() for clip in clips)
