"""Classifier: how well draws can be told from real pieces, as the area under a curve.

A small network of two hidden layers reads the traits of windows of a piece. It is fitted on windows of three
quarters of the pieces of both kinds and judges those of the others, which it has never heard: how often it
finds a drawn window likelier to be drawn than a real one is the AUC, 0.5 where it cannot tell. This is
done five times, with another split of the pieces each time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from scipy.stats import rankdata
from torch import nn
from torch.nn import functional

NUM_SPLITS = 5
HELD_SHARE = 0.25  # of the pieces
NUM_NETWORKS = 3  # whose judgements are added up
CLASSIFIER_UNITS, CLASSIFIER_EPOCHS, CLASSIFIER_BATCH_SIZE = 64, 60, 128
MIN_PIECES, MAX_WINDOWS = 4, 1_500  # of each kind
MOST_AWAY = 5.0  # standard deviations from the mean; traits farther away count as these


@dataclass(frozen=True)
class Windows:
    """Traits of windows, and for each window the number of the piece that it is from."""

    traits: Float64[np.ndarray, "window trait"]
    pieces: Int64[np.ndarray, " window"]

    @classmethod
    def of(
        cls,
        pieces: Sequence[np.ndarray],
        length: int,
        traits: Callable[[np.ndarray, int], Float64[np.ndarray, " trait"]],
    ) -> "Windows | None":
        """Windows that overlap by half, at most MAX_WINDOWS; None where fewer than four pieces have one.

        Args:
            pieces: each (time, ...).
            length: of a window, along time.
            traits: function from a window, and the place where it starts, to its traits.
        """
        if sum(len(piece) >= length for piece in pieces) < MIN_PIECES:
            return None
        places = [
            (number, start)
            for number, piece in enumerate(pieces)
            for start in range(0, len(piece) - length + 1, max(1, length // 2))
        ]
        if len(places) > MAX_WINDOWS:
            places = [places[int(place)] for place in np.linspace(0, len(places) - 1, MAX_WINDOWS)]
        rows = [traits(pieces[number][start : start + length], start) for number, start in places]
        return cls(np.array(rows), np.array([number for number, _ in places], dtype=np.int64))

    def some(self, pieces: np.ndarray) -> Float64[np.ndarray, "some trait"]:
        """Traits of the windows of these pieces."""
        return self.traits[np.isin(self.pieces, pieces)]

    def halves(self) -> "tuple[Windows, Windows]":
        """The windows of the first, third, … piece, and those of the second, fourth, …."""
        second = np.isin(self.pieces, np.unique(self.pieces)[1::2])
        return tuple(Windows(self.traits[rows], self.pieces[rows]) for rows in (~second, second))


def auc(real: Windows | None, drawn: Windows | None) -> dict[str, float] | None:
    """Mean and standard deviation of the AUC over five splits; None where a kind has too few pieces."""
    if real is None or drawn is None:
        return None
    areas = [_split((real, drawn), seed) for seed in range(NUM_SPLITS)]
    return {"mean": float(np.mean(areas)), "deviation": float(np.std(areas))}


def _split(kinds: Sequence[Windows], seed: int) -> float:
    """The AUC of one split: fitted on some pieces, measured on the others."""
    rng = np.random.default_rng(seed)
    fitted, held = [], []
    for kind in kinds:
        pieces = rng.permutation(np.unique(kind.pieces))
        count = max(1, int(HELD_SHARE * len(pieces)))
        held.append(kind.some(pieces[:count]))
        fitted.append(kind.some(pieces[count:]))
    mean, deviation = np.concatenate(fitted).mean(0), np.concatenate(fitted).std(0) + 1e-6

    def inputs(parts: Sequence[np.ndarray]) -> Float[torch.Tensor, "window trait"]:
        away = (np.concatenate(parts) - mean) / deviation
        return torch.tensor(np.clip(away, -MOST_AWAY, MOST_AWAY), dtype=torch.float32)

    labels = torch.cat([torch.full((len(part),), float(place)) for place, part in enumerate(fitted)])
    judgements = sum(
        _judge(inputs(fitted), labels, inputs(held), NUM_NETWORKS * seed + number)
        for number in range(NUM_NETWORKS)
    )
    return area(judgements.numpy(), np.repeat([False, True], [len(part) for part in held]))


def area(scores: np.ndarray, is_drawn: np.ndarray) -> float:
    """The share of pairs in which the drawn one has the higher score; a tie counts half."""
    count = int(is_drawn.sum())
    ranks = rankdata(scores)[is_drawn].sum()
    return float((ranks - count * (count + 1) / 2) / (count * (len(scores) - count)))


def _judge(
    fitted: torch.Tensor, labels: torch.Tensor, held: torch.Tensor, seed: int
) -> Float[torch.Tensor, " window"]:
    """Log-odds that each held window is a drawn one, by one network."""
    rng = torch.Generator().manual_seed(seed)
    sizes = (fitted.shape[1], CLASSIFIER_UNITS, CLASSIFIER_UNITS, 1)
    layers = [nn.Linear(*pair) for pair in pairwise(sizes)]
    for layer in layers:
        nn.init.xavier_uniform_(layer.weight, generator=rng)
        nn.init.zeros_(layer.bias)
    optimiser = torch.optim.AdamW(nn.ModuleList(layers).parameters(), lr=2e-3, weight_decay=0.01)
    for _ in range(CLASSIFIER_EPOCHS):
        for rows in torch.randperm(len(fitted), generator=rng).split(CLASSIFIER_BATCH_SIZE):
            optimiser.zero_grad()
            log_odds = _through(layers, fitted[rows], rng)
            functional.binary_cross_entropy_with_logits(log_odds, labels[rows]).backward()
            optimiser.step()
    with torch.no_grad():
        return _through(layers, held, None)


def _through(
    layers: Sequence[nn.Linear], values: torch.Tensor, rng: torch.Generator | None
) -> Float[torch.Tensor, " window"]:
    """Log-odds of each window; with a generator, under dropout."""
    for place, layer in enumerate(layers):
        if rng is not None:
            share = 0.1 if place == 0 else 0.4
            kept = torch.rand(values.shape, generator=rng) >= share
            values = values * kept / (1 - share)
        values = layer(values)
        values = values.relu() if place < len(layers) - 1 else values
    return values[:, 0]
