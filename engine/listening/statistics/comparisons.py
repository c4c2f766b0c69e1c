"""Comparisons: who won over whom, taken from votes that preferred or ranked clips.

Conventions
    wins     (vote, player, player): [v, i, j] is 1 where vote v put i above j, and 0.5 both ways for a tie
    player   a checkpoint, or one of SOURCES_BESIDE_MODELS
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float64

from engine.listening.statistics.exclusion import ONE_SOURCE

Outcome = tuple[str, str, float]  # two players, and what the first has won: 1, 0.5 or 0


@dataclass(frozen=True)
class Placing:
    """A vote that puts its lanes in order.

    Args:
        sources: one for each lane.
        places: one for each lane, 1 for the best; equal places are ties.
        reason_against: why the vote says nothing about strengths; empty if it does say something.
    """

    listener: str
    sources: tuple[str, ...]
    places: tuple[int, ...]
    reason_against: str = ""


@dataclass(frozen=True)
class Comparisons:
    """The votes that say something about strengths.

    Args:
        players: in alphabetical order.
        listeners: one for each vote.
        wins: see Conventions.
        num_ties: comparisons that were ties.
        excluded: votes that say nothing about strengths, by reason.
    """

    players: tuple[str, ...]
    listeners: tuple[str, ...]
    wins: Float64[np.ndarray, "vote player player"]
    num_ties: int
    excluded: Counter[str]

    @property
    def num_votes(self) -> int:
        """How many votes count."""
        return len(self.listeners)

    @property
    def totals(self) -> Float64[np.ndarray, "player player"]:
        """Wins over all votes: [i, j] is how often player i won over player j."""
        return self.wins.sum(axis=0)

    def by_listener(self) -> Float64[np.ndarray, "listener player player"]:
        """The sums of ``wins`` over each listener's votes."""
        names, places = np.unique(self.listeners, return_inverse=True)
        sums = np.zeros((len(names), *self.wins.shape[1:]))
        np.add.at(sums, places, self.wins)
        return sums


def comparisons_of(placings: Iterable[Placing]) -> Comparisons:
    """The comparisons in votes on one corpus; votes without any are counted by reason."""
    votes: list[tuple[str, list[Outcome]]] = []
    excluded: Counter[str] = Counter()
    for placing in placings:
        outcomes = [] if placing.reason_against else _outcomes(placing)
        if outcomes:
            votes.append((placing.listener, outcomes))
        else:
            excluded[placing.reason_against or ONE_SOURCE] += 1
    players = sorted({name for _, outcomes in votes for *pair, _ in outcomes for name in pair})
    places = {name: place for place, name in enumerate(players)}
    wins = np.zeros((len(votes), len(players), len(players)))
    for number, (_, outcomes) in enumerate(votes):
        for first, second, won in outcomes:
            wins[number, places[first], places[second]] += won
            wins[number, places[second], places[first]] += 1 - won
    num_ties = sum(won == 0.5 for _, outcomes in votes for *_, won in outcomes)
    return Comparisons(tuple(players), tuple(name for name, _ in votes), wins, num_ties, excluded)


def _outcomes(placing: Placing) -> list[Outcome]:
    """The outcome of each pair of lanes with different players."""
    sources, places = placing.sources, placing.places
    return [
        (sources[a], sources[b], 0.5 if places[a] == places[b] else float(places[a] < places[b]))
        for a, b in combinations(range(len(sources)), 2)
        if sources[a] != sources[b]
    ]
