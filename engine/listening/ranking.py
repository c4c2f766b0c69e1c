"""Ranking: players of one corpus by strength, with intervals, and who cannot be told apart.

What is drawn again for the intervals is the listener with all votes, since votes of one person are not
independent. With fewer than MIN_LISTENERS listeners it is the vote, and the ranking is preliminary, but for a
single listener, of whom alone it then tells.

Conventions
    strengths   logarithm of the odds; zero is the mean of the models, recordings and anchor stand beside them
    groups      two players that share a letter cannot be separated
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from scipy.sparse.csgraph import connected_components

from engine.listening.bradley_terry import PRIOR_COMPARISONS, bootstrap, separations, strengths
from engine.listening.comparisons import Comparisons, comparisons_of
from engine.listening.exact_tests import CONFIDENCE
from engine.listening.trial import SOURCES_BESIDE_MODELS, Record

MIN_VOTES = 30  # of every player, before a ranking is more than preliminary
MIN_LISTENERS = 10
NUM_RESAMPLES = 1000
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Standing:
    """One player.

    Args:
        player: a checkpoint, or a reference: the corpus itself, or the low anchor.
        low, high: ends of the 95 % interval; None where there are too few votes to draw from.
        group: letters; empty while the ranking is preliminary.
        votes: in how many the player took part.
        won, compared: comparisons, ties as halves, and how many there were.
    """

    player: str
    is_reference: bool
    strength: float
    low: float | None
    high: float | None
    group: str
    votes: int
    won: float
    compared: float


@dataclass(frozen=True)
class Ranking:
    """Standings, the strongest first.

    Args:
        wins: [i][j] is how often the i-th of the standings won over the j-th, ties as halves.
        is_preliminary: too few votes or listeners.
        resampled: what was drawn again for the intervals, ``"listener"`` or ``"vote"``.
        excluded: votes that say nothing about strengths, by reason.
        notes: sentences without which the figures would be misread.
    """

    standings: tuple[Standing, ...]
    wins: tuple[tuple[float, ...], ...]
    num_votes: int
    num_listeners: int
    num_ties: int
    is_preliminary: bool
    resampled: str
    excluded: Mapping[str, int]
    notes: tuple[str, ...]


def rank(records: Iterable[Record], rng: np.random.Generator, num_resamples: int = NUM_RESAMPLES) -> Ranking:
    """The ranking by preferences and rankings by ear, among records that count and are of one corpus."""
    votes = comparisons_of(records)
    totals, num_listeners = votes.totals, len(set(votes.listeners))
    taking_part = (votes.wins + votes.wins.transpose(0, 2, 1)).any(axis=2).sum(axis=0)
    is_preliminary = (
        not votes.num_votes or bool((taking_part < MIN_VOTES).any()) or 1 < num_listeners < MIN_LISTENERS
    )
    resampled = "listener" if num_listeners >= MIN_LISTENERS else "vote"
    centred_on = _centre(votes.players)
    estimates = strengths(totals, centred_on)
    order = np.argsort(-estimates, kind="stable")
    ends: list[list[float | None]] = [[None, None]] * len(order)
    groups = [""] * len(order)
    if votes.num_votes > 1:
        units = votes.by_listener() if resampled == "listener" else votes.wins
        drawn = bootstrap(units, centred_on, num_resamples, rng)
        ends = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0).T.tolist()
        if not is_preliminary:
            groups = letters_of(separations(estimates, drawn, CONFIDENCE)[np.ix_(order, order)])
    standings = tuple(
        Standing(
            player=votes.players[at],
            is_reference=votes.players[at] in SOURCES_BESIDE_MODELS,
            strength=float(estimates[at]),
            low=ends[at][0],
            high=ends[at][1],
            group=group,
            votes=int(taking_part[at]),
            won=float(totals[at].sum()),
            compared=float(totals[at].sum() + totals[:, at].sum()),
        )
        for at, group in zip(order.tolist(), groups, strict=True)
    )
    return Ranking(
        standings=standings,
        wins=tuple(tuple(row) for row in totals[np.ix_(order, order)].tolist()),
        num_votes=votes.num_votes,
        num_listeners=num_listeners,
        num_ties=votes.num_ties,
        is_preliminary=is_preliminary,
        resampled=resampled,
        excluded=dict(votes.excluded),
        notes=tuple(_notes(votes, standings, resampled, is_preliminary)),
    )


def _centre(players: tuple[str, ...]) -> Bool[np.ndarray, " player"]:
    """The models; everybody where there are fewer than two."""
    models = np.array([player not in SOURCES_BESIDE_MODELS for player in players], dtype=bool)
    return models if models.sum() > 1 else np.ones(len(players), dtype=bool)


def letters_of(differ: Bool[np.ndarray, "player player"]) -> list[str]:
    """A letter for each longest run of neighbours of whom no two differ; players stand in their order."""
    count = len(differ)
    runs: list[tuple[int, int]] = []
    for first in range(count):
        stop = first + 1
        while stop < count and not differ[first : stop + 1, first : stop + 1].any():
            stop += 1
        if not runs or stop > runs[-1][1]:
            runs.append((first, stop))
    names = [LETTERS[place] if place < len(LETTERS) else f"({place + 1})" for place in range(len(runs))]
    return [
        "".join(name for name, (first, stop) in zip(names, runs, strict=True) if first <= place < stop)
        for place in range(count)
    ]


def _notes(
    votes: Comparisons, standings: tuple[Standing, ...], resampled: str, is_preliminary: bool
) -> Iterable[str]:
    num_listeners = len(set(votes.listeners))
    if is_preliminary:
        yield (
            f"Preliminary: before players are put into groups, each needs {MIN_VOTES} votes, from one "
            f"listener or from at least {MIN_LISTENERS}."
        )
    if resampled == "listener":
        yield "Intervals: 95 %, by drawing listeners again, each with all their votes."
    elif num_listeners == 1:
        yield (
            "Intervals: 95 %, by drawing the votes of the one listener again; they tell nothing of "
            "other people."
        )
    elif votes.num_votes:
        yield (
            f"Intervals: 95 %, by drawing votes again, since {num_listeners} listeners are too few to draw "
            "from; votes of one person are not independent, so the intervals are too narrow."
        )
    if votes.num_ties:
        yield (
            f"{votes.num_ties} of {votes.totals.sum():g} comparisons were ties and count as half a win for "
            "each side: this shrinks all strengths towards zero, compared with a model in which ties have a "
            "chance of their own."
        )
    if votes.num_votes:
        yield (
            f"Each pair has {PRIOR_COMPARISONS:g} of a comparison, tied, beforehand: so nobody is infinitely "
            "strong, and strengths of few votes lie nearer to zero."
        )
    for one in standings:
        if one.won in (0, one.compared):
            what, side = ("won", "above") if one.won else ("lost", "below")
            yield (
                f"{one.player} has {what} all of its {one.compared:g} comparisons: how far {side} the "
                "others it is cannot be known yet, and its interval is too narrow."
            )
    if len(standings) > 1 and connected_components(votes.totals > 0, directed=False)[0] > 1:
        yield (
            "Not all have been compared with each other, not even through others: between such sets the "
            "strengths mean nothing."
        )
