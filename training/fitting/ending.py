"""Ending: when the pieces of a corpus end, fitted on its training pieces."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn import functional

from engine.endings import NUM_SIGNS, Ending, Signs
from engine.sampling import MAX_DRAW_FRAMES

ENDING_PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)  # weights of the squared numbers; validation chooses one
ENDING_PENALTY = 1.0  # where there is no validation
LEAST_CHANCE_FACTOR = 4.0  # times the share of last frames: smaller chances of an end count as 0
RAISE, MOST_RAISED = 0.05, 2.0  # log-odds by which the level is raised, at a time and in all
MAX_ENDING_STEPS = 200
ENDING_DECIMALS = 3


def choose_ending(
    train: Sequence[Tensor], valid: Sequence[Tensor], lowest_pitch: int
) -> tuple[Ending, float]:
    """The ending that tells best when pieces of valid end.

    Args:
        train, valid: pieces, each of shape (time, pitch).
        lowest_pitch: MIDI number of the first pitch.

    Returns:
        The ending, and a negative log-likelihood on valid (or train, if valid is empty) in nats a piece: of
        ending where the piece ends and nowhere before, by the chances before small ones are made 0.
    """
    signs, held_out = (_PieceSigns.of(pieces, lowest_pitch) for pieces in (train, valid))
    penalties = ENDING_PENALTIES if len(held_out.is_last) else (ENDING_PENALTY,)
    judges = held_out if len(held_out.is_last) else signs
    candidates = [np.round(_fitted(signs, penalty), ENDING_DECIMALS) for penalty in penalties]
    nats = [judges.nats(torch.from_numpy(numbers)) for numbers in candidates]
    best = int(np.argmin(nats))
    numbers, least = _without_doubt(candidates[best], signs)
    longest = min(max([1, *map(len, train)]), MAX_DRAW_FRAMES)
    return Ending.of_numbers(numbers, longest, least), nats[best]


def _without_doubt(
    numbers: Float64[np.ndarray, " number"], read: "_PieceSigns"
) -> tuple[Float64[np.ndarray, " number"], float]:
    """Numbers with which pieces end as often although chances below the least count as 0; and that least.

    Where nothing tells of an end the regression still has doubts, and a draw that never comes to rest
    would end on them in the middle of a phrase.
    """
    least = round(min(LEAST_CHANCE_FACTOR * float(read.is_last.mean()), 0.5), ENDING_DECIMALS + 1)
    chances = (read.signs @ torch.from_numpy(numbers)).sigmoid()
    total = float(chances.sum())
    raised = numbers.copy()
    while raised[0] < numbers[0] + MOST_RAISED:
        chances = (read.signs @ torch.from_numpy(raised)).sigmoid()
        if float(chances[chances >= least].sum()) >= total:
            break
        raised[0] += RAISE
    return np.round(raised, ENDING_DECIMALS), least


class _PieceSigns:
    """Signs after every frame of some pieces, with a leading 1 for the level; and which frames are last."""

    def __init__(self, signs: Float64[Tensor, "frame number"], is_last: Float64[Tensor, " frame"]):
        self.signs = signs
        self.is_last = is_last

    @classmethod
    def of(cls, pieces: Sequence[Tensor], lowest_pitch: int) -> "_PieceSigns":
        rows, lasts = [np.zeros((0, NUM_SIGNS))], [np.zeros(0)]
        for piece in pieces:
            hearing = Signs(lowest_pitch)
            rows += [hearing.hear(frame)[None] for frame in piece.numpy() > 0.5]
            lasts.append(np.arange(len(piece)) == len(piece) - 1)
        signs = torch.from_numpy(np.concatenate(rows))
        is_last = torch.from_numpy(np.concatenate(lasts).astype(np.float64))
        return cls(functional.pad(signs, (1, 0), value=1.0), is_last)

    def nats(self, numbers: Float64[Tensor, " number"]) -> float:
        """Negative log-likelihood, in nats a piece."""
        return float(self.total(numbers) / self.is_last.sum())

    def total(self, numbers: Float64[Tensor, " number"]) -> Float64[Tensor, ""]:
        """Negative log-likelihood of all pieces, in nats."""
        log_odds = self.signs @ numbers
        return functional.binary_cross_entropy_with_logits(log_odds, self.is_last, reduction="sum")


def _fitted(read: _PieceSigns, penalty: float) -> Float64[np.ndarray, " number"]:
    numbers = torch.zeros(1 + NUM_SIGNS, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([numbers], max_iter=MAX_ENDING_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        total = read.total(numbers) + penalty * numbers[1:].square().sum()
        total.backward()
        return total

    search.step(loss)
    return numbers.detach().numpy()
