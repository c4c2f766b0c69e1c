"""LaneSound: the sound of a draw, in pieces that are heard while the rest of it is drawn."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.errors import EngineError
from engine.rendering import Performance, Player, open_player
from engine.representations import Representation
from engine.sound import Audio
from pages.parts import SoundPieces

SOUND_SECONDS_AT_ONCE = 1.0  # made in one step


class LaneSound:
    """The sound of one lane; its player is opened with the first frame.

    Args:
        representation: what the frames mean.
        performance: the instrument and the tempo in which they are played.
        stem: what the names of its files begin with.
    """

    def __init__(self, representation: Representation, performance: Performance, stem: str):
        self._representation, self._performance, self._stem = representation, performance, stem
        self._player: Player | None = None
        self._pieces: SoundPieces | None = None
        self._num_frames = 0
        self._failure: EngineError | None = None
        seconds = representation.frame_seconds(performance.quarters_per_minute)
        self._frames_at_once = max(1, round(SOUND_SECONDS_AT_ONCE / seconds))

    @property
    def seconds(self) -> float:
        """The length of what has been made."""
        return self._pieces.seconds if self._pieces else 0.0

    def has_all(self, num_frames: int) -> bool:
        """Whether ``num_frames`` frames have been made into sound, or making sound has failed."""
        return self._failure is not None or self._num_frames >= num_frames

    @property
    def value(self) -> dict[str, Any]:
        """What it adds to the lane's value: pieces and gain; nothing before the first frame."""
        return self._pieces.value if self._pieces else {}

    def make(self, frames: Sequence[Tensor], until: float = math.inf) -> None:
        """Make sound of the whole draw so far, from where it stopped last, until there are ``until`` seconds.

        Errors are kept and raised by ``finish``.
        """
        try:
            while not self.has_all(len(frames)) and self.seconds < until:
                step = frames[self._num_frames : self._num_frames + self._frames_at_once]
                self._push(torch.stack(list(step)))
        except EngineError as error:
            self._failure = error

    def _push(self, frames: Tensor) -> None:
        if self._player is None:
            self._player = open_player(self._representation, self._performance)
            self._pieces = SoundPieces(self._stem, self._player.sample_rate)
        self._pieces.push(self._player.push(frames))
        self._num_frames += len(frames)

    def finish(self, frames: Sequence[Tensor]) -> Audio:
        """The whole sound of at least one frame, not yet at a safe level.

        Raises:
            EngineError: it cannot be played.
        """
        self.make(frames)
        if self._failure is not None:
            raise self._failure
        self._pieces.push(self._player.finish())
        self._pieces.finish()
        return Audio(self._pieces.samples, self._player.sample_rate)
