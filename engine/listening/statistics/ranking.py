"""Ranking: players of one corpus by strength, with intervals, and which of them cannot be told apart.

The intervals come from resampling listeners, each with all their votes, since votes of one person are not
independent; with fewer than MIN_LISTENERS listeners, single votes are resampled. A player is preliminary, and
in no group, with fewer than MIN_VOTES votes, or if there are fewer than MIN_LISTENERS listeners but more than
one: the ranking of a single listener shows that listener's taste, which is worth knowing by itself.

Conventions
    strengths   logarithm of the odds; zero is the mean of the models, without recordings and anchor
    groups      two players that share a letter cannot be separated, two that do not can be
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from engine.listening.statistics.bradley_terry import PRIOR_COMPARISONS, bootstrap, separations, strengths
from engine.listening.statistics.comparisons import Comparisons, Placing, comparisons_of
from engine.listening.statistics.exact_tests import CONFIDENCE
from engine.listening.trial import SOURCES_BESIDE_MODELS

MIN_VOTES = 30  # of every player, before a ranking is more than preliminary
MIN_LISTENERS = 10
NUM_RESAMPLES = 1000
GROUP_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Standing:
    """A player's place in a ranking.

    Args:
        player: a checkpoint, or a reference: the corpus itself, or the low anchor.
        low, high: ends of the 95 % interval; None if there is only one vote.
        is_preliminary: whether there are too few votes or listeners.
        group: letters, see Conventions; empty for a preliminary player.
        votes: number of votes in which the player took part.
        won, compared: comparisons won, ties as halves, and all comparisons.
    """

    player: str
    is_reference: bool
    strength: float
    low: float | None
    high: float | None
    is_preliminary: bool
    group: str
    votes: int
    won: float
    compared: float

    @property
    def caveat(self) -> str:
        """A warning about a player who has won or lost everything; empty for all others."""
        if 0 < self.won < self.compared:
            return ""
        what = "won" if self.won else "lost"
        interval = "" if self.low is None else ", and the interval is too narrow"
        return f"{what} every comparison: how far from the others cannot be known{interval}"


@dataclass(frozen=True)
class Ranking:
    """Standings, the strongest first.

    Args:
        wins: [i][j] is how often the i-th of the standings won over the j-th, ties as halves.
        resampled: what was resampled for the intervals, ``"listener"`` or ``"vote"``.
        excluded: votes that say nothing about strengths, by reason.
        notes: sentences without which the figures would be misread.
    """

    standings: tuple[Standing, ...]
    wins: tuple[tuple[float, ...], ...]
    num_votes: int
    num_listeners: int
    num_ties: int
    resampled: str
    excluded: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def is_preliminary(self) -> bool:
        """Whether every player is preliminary."""
        return all(standing.is_preliminary for standing in self.standings)


def rank(
    placings: Iterable[Placing], rng: np.random.Generator, num_resamples: int = NUM_RESAMPLES
) -> Ranking:
    """The ranking that follows from votes that put their lanes in order, all of one corpus."""
    votes = comparisons_of(placings)
    num_listeners = len(set(votes.listeners))
    resampled = "listener" if num_listeners >= MIN_LISTENERS else "vote"
    centred_on = _centre(votes.players)
    estimates = strengths(votes.totals, centred_on)
    drawn = estimates[None]
    if votes.num_votes > 1:
        units = votes.by_listener() if resampled == "listener" else votes.wins
        drawn = bootstrap(units, centred_on, num_resamples, rng)
    order = np.argsort(-estimates, kind="stable")
    standings = _standings(votes, estimates, drawn, order)
    return Ranking(
        standings=standings,
        wins=tuple(tuple(row) for row in votes.totals[np.ix_(order, order)].tolist()),
        num_votes=votes.num_votes,
        num_listeners=num_listeners,
        num_ties=votes.num_ties,
        resampled=resampled,
        excluded=dict(votes.excluded),
        notes=tuple(_notes(votes, standings)),
    )


def _standings(
    votes: Comparisons,
    estimates: Float64[np.ndarray, " player"],
    drawn: Float64[np.ndarray, "resample player"],
    order: Int64[np.ndarray, " player"],
) -> tuple[Standing, ...]:
    """The players' standings in ``order``."""
    totals, num_listeners = votes.totals, len(set(votes.listeners))
    taking_part = (votes.wins + votes.wins.transpose(0, 2, 1)).any(axis=2).sum(axis=0)
    settled = (taking_part >= MIN_VOTES) & (num_listeners == 1 or num_listeners >= MIN_LISTENERS)
    ends = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    grouped = order[settled[order]]
    differ = separations(estimates[grouped], drawn[:, grouped], CONFIDENCE)
    letters = dict(zip(grouped.tolist(), letters_of(differ), strict=True))
    return tuple(
        Standing(
            player=votes.players[at],
            is_reference=votes.players[at] in SOURCES_BESIDE_MODELS,
            strength=float(estimates[at]),
            low=float(ends[0, at]) if len(drawn) > 1 else None,
            high=float(ends[1, at]) if len(drawn) > 1 else None,
            is_preliminary=at not in letters,
            group=letters.get(at, ""),
            votes=int(taking_part[at]),
            won=float(totals[at].sum()),
            compared=float(totals[at].sum() + totals[:, at].sum()),
        )
        for at in order.tolist()
    )


def _centre(players: tuple[str, ...]) -> Bool[np.ndarray, " player"]:
    """The players whose mean strength is zero: the models, or everybody if there are fewer than two."""
    models = np.array([player not in SOURCES_BESIDE_MODELS for player in players], dtype=bool)
    return models if models.sum() > 1 else np.ones(len(players), dtype=bool)


def letters_of(differ: Bool[np.ndarray, "player player"]) -> list[str]:
    """The letters of each player; a letter is a set of players no two of whom differ, as large as possible.

    The method is "insert and absorb": each pair that differs splits every set that holds both, and a set
    within another is dropped (H.-P. Piepho, Journal of Computational and Graphical Statistics 13, 2004).
    """
    sets = {frozenset(range(len(differ)))}
    for first, second in np.argwhere(np.triu(differ)).tolist():
        halves = {
            group - {player} for group in sets if {first, second} <= group for player in (first, second)
        }
        kept = {group for group in sets if not {first, second} <= group} | halves
        sets = {group for group in kept if not any(group < larger for larger in kept)}
    names = [
        GROUP_LETTERS[place] if place < len(GROUP_LETTERS) else f"({place + 1})" for place in range(len(sets))
    ]
    ordered = sorted(sets, key=sorted)
    return [
        "".join(name for name, group in zip(names, ordered, strict=True) if player in group)
        for player in range(len(differ))
    ]


def _notes(votes: Comparisons, standings: tuple[Standing, ...]) -> Iterable[str]:
    num_listeners = len(set(votes.listeners))
    if any(standing.is_preliminary for standing in standings):
        yield (
            f"Players with fewer than {MIN_VOTES} votes are preliminary, and all are where there are fewer "
            f"than {MIN_LISTENERS} listeners but more than one; they are not put into groups."
        )
    if votes.num_ties:
        yield (
            f"{votes.num_ties} of {votes.totals.sum():g} comparisons were ties and count as half a win for "
            "each side: this shrinks all strengths towards zero, compared with a model in which ties have a "
            "chance of their own."
        )
    if num_listeners >= MIN_LISTENERS:
        yield "Intervals: 95 %, by drawing listeners again, each with all their votes."
    elif num_listeners == 1:
        yield (
            "Intervals: 95 %, by drawing the votes of the one listener again; they tell nothing about "
            "other people."
        )
    elif num_listeners:
        yield (
            f"Intervals: 95 %, by drawing votes again, since {num_listeners} listeners are too few to draw "
            "from; votes of one person are not independent, so the intervals are too narrow."
        )
    if num_listeners:
        yield (
            f"Each pair starts with {PRIOR_COMPARISONS:g} of a comparison, tied: so nobody is infinitely "
            "strong, and strengths from few votes lie nearer to zero."
        )
    from scipy.sparse.csgraph import connected_components  # on first use: see exact_tests.py

    if len(standings) > 1 and connected_components(votes.totals > 0, directed=False)[0] > 1:
        yield (
            "Not all have been compared with each other, not even through others: between such sets the "
            "strengths mean nothing."
        )
