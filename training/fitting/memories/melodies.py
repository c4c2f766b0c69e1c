"""Remembered melodies: those of the training pieces, for a fitted model; validation chooses the numbers."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float64
from scipy.optimize import minimize
from scipy.special import expit, logit
from torch import Tensor

from engine.models import Belief, MelodyMemory, Model, Reminded, melody
from training.fitting.batching import MAX_MEMORY_FRAMES, Batch, scoring_batches

FIRST_BELIEF = Belief(decay=0.87, same=1.9, other=-1.6, start=7.6, doubt=11.3)  # found for JSB Chorales
FIRST_STEPS = (0.5, 0.5, 0.5, 1.0, 1.0)  # of the search: decay's log-odds, then the others as they are
MAX_MELODY_TRIALS = 150
MAX_COMPARISONS = 300_000_000  # frames times places that one trial looks at; pieces beyond it are left out


def reminded(model: Model, belief: Belief, train: Sequence[Tensor]) -> Reminded:
    """The model with a memory of the melodies of its training pieces."""
    memory = MelodyMemory(model.frame_size, sum(map(len, train)), belief)
    memory.keep(train)
    return Reminded(model, memory)


@torch.no_grad()
def choose_melodies(model: Model, train: Sequence[Tensor], valid: Sequence[Tensor]) -> tuple[Belief, float]:
    """The numbers under which the highest pitches of validation are likeliest (Nelder and Mead's method).

    Of a large corpus only as many pieces of validation are looked at as MAX_COMPARISONS allows.

    Returns:
        The numbers, and how many nats a frame the model gains by them on those pieces.
    """
    num_places = sum(map(len, train))
    batches = _expected(model, _some(valid, MAX_COMPARISONS // num_places))
    num_frames = sum(int(batch.mask.sum()) for batch, _ in batches)

    def nats(numbers: Float64[np.ndarray, "5"]) -> float:
        memory = reminded(model, _belief(numbers), train).memory
        return sum(_nats(memory, batch, own) for batch, own in batches) / num_frames

    start = _numbers(FIRST_BELIEF)
    corners = [
        [
            value + step * (row == place)
            for place, (value, step) in enumerate(zip(start, FIRST_STEPS, strict=True))
        ]
        for row in range(-1, len(start))
    ]
    options = {"maxfev": MAX_MELODY_TRIALS, "initial_simplex": corners, "xatol": 0.01, "fatol": 1e-4}
    search = minimize(nats, start, method="Nelder-Mead", options=options)
    alone = -sum(float(own[batch.mask].sum()) for batch, own in batches) / num_frames
    return _belief(search.x), alone - float(search.fun)


def _some(sequences: Sequence[Tensor], num_frames: int) -> list[Tensor]:
    """The first sequence, and those after it that still fit into ``num_frames`` together."""
    chosen = list(sequences[:1])
    for frames in sequences[1:]:
        if sum(map(len, chosen)) + len(frames) <= num_frames:
            chosen.append(frames)
    return chosen


def _expected(model: Model, sequences: Sequence[Tensor]) -> list[tuple[Batch, Float[Tensor, "batch time"]]]:
    """Batches, and the model's own log-probability of every frame's highest pitch."""
    expected = []
    forgetful = Reminded(model, MelodyMemory(model.frame_size, 1, FIRST_BELIEF))
    for batch in scoring_batches(sequences, MAX_MEMORY_FRAMES):
        first = forgetful(batch.frames)[0].first_of_network
        expected.append((batch, first.gather(-1, melody(batch.frames)[..., None])[..., 0]))
    return expected


def _nats(memory: MelodyMemory, batch: Batch, own: Float[Tensor, "batch time"]) -> float:
    """Nats of the highest pitches of a batch, with the memory's votes."""
    votes, _ = memory.read(batch.frames, memory.nothing(len(batch.frames)), batch.frames[:, 0])
    voted = votes.gather(-1, melody(batch.frames)[..., None])[..., 0]
    log_probs = (own.exp() + voted).log() - (1 + votes.sum(-1)).log()
    return -float(log_probs[batch.mask].sum())


def _numbers(belief: Belief) -> list[float]:
    """The numbers that are searched: decay as log-odds, so that no step of the search leaves its range."""
    return [float(logit(belief.decay)), belief.same, belief.other, belief.start, belief.doubt]


def _belief(numbers: Float64[np.ndarray, "5"]) -> Belief:
    decay = round(float(expit(numbers[0])), 4)
    same, other, start, doubt = (round(float(value), 3) for value in numbers[1:])
    return Belief(decay=decay, same=same, other=other, start=start, doubt=doubt)
