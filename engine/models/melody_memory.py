"""MelodyMemory: how the melodies of the training pieces went on at places that are like this one.

Chorales share tunes, and a network of a few million weights knows them only roughly. So the highest pitch
of every frame of every training piece is kept as it is, and a piece that goes like one of them is expected
to go on like it. A place j of the kept melodies is closer to the piece the more the frames before both are
alike; recent frames count for more:

    c_1(j) = start where a melody begins, 0 elsewhere
    c_t(j) = decay c_{t-1}(j-1) + (same if the highest pitch of frame t-1 is that at j-1, else other)
             0 where a melody begins
    v(r)   = sum over j whose highest pitch is r of exp(c_t(j) - doubt)

and the votes v join what a network expects of the highest pitch (engine/heads/reminded_notes.py). Keeping
the training data as well as the weights is the idea of the nearest-neighbour language model (Khandelwal et
al. 2020, arXiv 1911.00172); here two moments are compared note by note, not by a network's states.

Conventions
    place      an index of the kept melodies, piece after piece
    rank       a frame's highest pitch, counted from the keyboard's top; the number of pitches for silence
    closeness  shape (batch, place), c_t; (batch, 0) before anything is expected
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor, nn

from engine.errors import InvalidValueError
from engine.heads import highest_ranks
from engine.registry import require_positive

MAX_EXPONENT = 80.0  # of a place's vote, so that no sum of votes overflows float32
MAX_PITCHES = 254  # so that all ranks fit a byte


def melody(frames: Float[Tensor, "*axes event"]) -> Int64[Tensor, "*axes"]:
    """The rank of each frame's highest pitch; the number of pitches for silence."""
    return highest_ranks(frames.flip(-1) > 0.5)


@dataclass(frozen=True)
class Belief:
    """How much melodies are believed: the numbers of the formulas above.

    Args:
        decay: what remains of closeness from one frame to the next, below 1.
        same, other: added where the highest pitch is the same, and where it is not.
        start: closeness of the first frame of a piece to the first frames of the melodies.
        doubt: the closeness at which a place weighs as much as the network does.

    Raises:
        InvalidValueError: a number is out of range, or votes might become infinite.
    """

    decay: float
    same: float
    other: float
    start: float
    doubt: float

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise InvalidValueError(f"melody_memory: {name}={value!r} must be a number")
        if not 0 <= self.decay < 1:
            raise InvalidValueError(f"melody_memory: decay={self.decay!r} must be from 0 to below 1")
        closest = max(self.start, 0.0) + max(self.same, self.other, 0.0) / (1 - self.decay)
        if closest - self.doubt > MAX_EXPONENT:
            raise InvalidValueError(
                f"melody_memory: places as close as {closest:.1f} with a doubt of {self.doubt:.1f} would "
                f"outweigh all else: their difference must be at most {MAX_EXPONENT:.0f}"
            )


class MelodyMemory(nn.Module):
    """Melodies and how much they are believed; all ranks are 0 until ``keep`` or until weights are loaded.

    Args:
        num_pitches: pitches of a frame.
        num_places: frames of all melodies together.

    Raises:
        InvalidValueError: a size is out of range.
    """

    def __init__(self, num_pitches: int, num_places: int, belief: Belief):
        super().__init__()
        require_positive(num_pitches=num_pitches, num_places=num_places)
        if num_pitches > MAX_PITCHES:
            raise InvalidValueError(f"melody_memory: frames of {num_pitches} pitches; {MAX_PITCHES} at most")
        self.num_pitches = num_pitches
        self.belief = belief
        self.ranks: UInt8[Tensor, " place"]
        self.begins: Bool[Tensor, " place"]
        self.register_buffer("ranks", torch.zeros(num_places, dtype=torch.uint8))
        self.register_buffer("begins", torch.zeros(num_places, dtype=torch.bool))

    def keep(self, pieces: Sequence[Tensor]) -> None:
        """Keep the melodies of these pieces, each (time, event), ``num_places`` frames in all."""
        self.ranks.copy_(torch.cat([melody(frames) for frames in pieces]))
        self.begins.copy_(torch.cat([torch.arange(len(frames)) == 0 for frames in pieces]))

    def nothing(self, batch_size: int) -> Float[Tensor, "batch none"]:
        """The closeness before anything is expected."""
        return torch.zeros(batch_size, 0, device=self.ranks.device)

    def advance(
        self, closeness: Float[Tensor, "batch known"], heard: Int64[Tensor, " batch"]
    ) -> Float[Tensor, "batch place"]:
        """The closeness for the next frame, given the melody of the one before; the first ignores it."""
        if closeness.shape[1] == 0:
            return (self.belief.start * self.begins).expand(len(closeness), -1)
        alike = self.ranks == heard[:, None]
        reached = torch.where(alike, self.belief.same, self.belief.other) + self.belief.decay * closeness
        return reached.roll(1, 1).masked_fill_(self.begins, 0.0)

    def votes(self, closeness: Float[Tensor, "batch place"]) -> Float[Tensor, "batch rank"]:
        """The votes v for each rank of the highest pitch."""
        weights = (closeness - self.belief.doubt).exp()
        votes = weights.new_zeros(len(weights), self.num_pitches + 1)
        return votes.index_add_(1, self.ranks.long(), weights)

    def read(
        self,
        frames: Float[Tensor, "batch time event"],
        closeness: Float[Tensor, "batch known"],
        before: Tensor,
    ) -> tuple[Float[Tensor, "batch time rank"], Float[Tensor, "batch place"]]:
        """The votes for every frame given those before it, and the closeness for the last frame.

        Args:
            before: shape (batch, event), the frame before the first; not read at the start of a piece.
        """
        heard = melody(torch.cat((before[:, None], frames), 1)[:, :-1])
        votes = []
        for step in heard.unbind(1):
            closeness = self.advance(closeness, step)
            votes.append(self.votes(closeness))
        if not votes:
            return frames.new_zeros(len(frames), 0, self.num_pitches + 1), closeness
        return torch.stack(votes, 1), closeness
