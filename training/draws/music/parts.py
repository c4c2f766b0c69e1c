"""Parts: a model's likelihood of a split, separately for repeated frames and for pieces that training knows.

Conventions
    repeated   a frame that ends a run heard before in its piece: 16 frames, 8 where a frame is a quarter
    known      a piece at least half of whose highest voice lies in runs of 16 frames of training pieces,
               transposed or not; new: a piece that has no such run
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float64

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.representations import PianoRoll
from engine.scoring import read_in_parts
from training.corpora import CorpusData
from training.draws.music.comparison import Standards, rolls_of
from training.draws.music.faults import Roll
from training.draws.music.harmony import top_line
from training.draws.music.returns import in_shared_runs, is_repeated, shared_frames

KNOWN_RUN = 16  # frames of the highest voice
KNOWN_SHARE = 0.5
SHARED_FRAMES = 32  # whole frames in a row that a piece must share with training to be counted


def part_figures(checkpoint: Checkpoint, data: CorpusData, split: str) -> dict[str, float]:
    """Counts, and nats per frame, pooled over each part; nats of a part that the split lacks are left out.

    Raises:
        InvalidValueError: the frames hold no notes.
    """
    if not isinstance(data.representation, PianoRoll):
        raise InvalidValueError("--parts looks for notes that were heard before: sound has none")
    standards, rolls = Standards.of(data), rolls_of(data.splits[split])
    nats = [_nats_by_frame(checkpoint, frames) for frames in data.splits[split]]
    repeated = [is_repeated(roll, standards.run) for roll in rolls]
    shares = known_shares(rolls, standards.train)
    pooled, is_again = np.concatenate(nats), np.concatenate(repeated)
    known = [piece for piece, share in zip(nats, shares, strict=True) if share >= KNOWN_SHARE]
    new = [piece for piece, share in zip(nats, shares, strict=True) if share == 0]
    figures = {
        "share_of_repeated_frames": float(is_again.mean()),
        "num_known_pieces": len(known),
        "num_new_pieces": len(new),
        "num_pieces_sharing_frames": sum(n >= SHARED_FRAMES for n in shared_frames(rolls, standards.train)),
    }
    parts = {"repeated_frames": [pooled[is_again]], "new_frames": [pooled[~is_again]]}
    parts |= {"known_pieces": known, "new_pieces": new}
    nats_of_parts = {
        f"nats_per_frame_of_{name}": np.concatenate([[], *part_nats]) for name, part_nats in parts.items()
    }
    return figures | {
        name: float(part_nats.mean()) for name, part_nats in nats_of_parts.items() if len(part_nats)
    }


def known_shares(rolls: Sequence[Roll], train: Sequence[Roll]) -> list[float]:
    """For each piece, the share of its top voice's moves that lie in runs which training pieces have too."""
    moves = [[np.diff(top_line(roll)) for roll in pieces] for pieces in (rolls, train)]
    in_runs = in_shared_runs(*moves, KNOWN_RUN - 1)
    return [float(is_shared.mean()) if len(is_shared) else 0.0 for is_shared in in_runs]


@torch.no_grad()
def _nats_by_frame(checkpoint: Checkpoint, frames: torch.Tensor) -> Float64[np.ndarray, " time"]:
    parts = read_in_parts(checkpoint.model, frames.unsqueeze(0))
    nats = [-distribution.log_prob(part)[0].double() for part, distribution in parts]
    return torch.cat([torch.zeros(0, dtype=torch.float64), *nats]).numpy()
