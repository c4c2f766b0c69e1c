"""KeptClips: the clips of the latest trials, so that each is sampled, rendered and scored once.

A clip is needed when its trial is issued, when it is shown, and when it is revealed. One that is no longer
kept, after a restart or because others came, is made anew from the trial's session, and is the same.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.listening import Clip

MAX_KEPT_TRIALS = 64
MAX_KEPT_BYTES = 96_000_000  # of sound: a trial of music takes about four million


@dataclass(frozen=True)
class Prepared:
    """What is made for a trial.

    Args:
        clips: one for each lane.
        unlikelihoods: model -> how unlikely it finds each lane's clip, for all models of the test: in nats
            per frame of music, in bits per sample of speech, NaN where a model has no finite answer.
    """

    clips: Sequence[Clip]
    unlikelihoods: Mapping[str, Sequence[float]]


class KeptClips:
    """Clips by the id of their trial, for all visitors; kept clips are never changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, trial_id: str, make: Callable[[], Prepared]) -> Prepared:
        """The clips of a trial; ``make`` makes them if they are not kept."""
        with self._lock:
            if trial_id in self._kept:
                self._kept.move_to_end(trial_id)
                return self._kept[trial_id]
        prepared = make()
        self.keep(trial_id, prepared)
        return prepared

    def keep(self, trial_id: str, prepared: Prepared) -> None:
        """Add a trial's clips; the oldest are dropped where there are too many, or too many bytes."""
        with self._lock:
            self._kept[trial_id] = prepared
            while len(self._kept) > 1 and (
                len(self._kept) > MAX_KEPT_TRIALS or self._num_bytes() > MAX_KEPT_BYTES
            ):
                self._kept.popitem(last=False)

    def _num_bytes(self) -> int:
        return sum(len(clip.wav) for prepared in self._kept.values() for clip in prepared.clips)
