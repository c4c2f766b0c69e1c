"""Rank: put all clips in order; every trial plays all sources, shuffled."""

from collections.abc import Sequence

import numpy as np

from engine.listening.statistics.comparisons import Placing
from engine.listening.tasks.task import Lanes, Name, Task
from engine.listening.trial import Choice, Record, Trial, Vote
from engine.words import counted, listed


class Rank(Task):
    """A place for each clip, 1 for the best; equal places are ties."""

    name = "rank"
    label = "Put them in order"
    hint = "All of them in one trial, five at most."
    question = "Put them in order: 1 is the best"
    summary = "several clips: put them in order."
    lane_names = ("A", "B", "C", "D", "E")
    num_lanes = (2, 5)
    num_sources = (2, 5)
    num_trials = 4

    def lanes(
        self, sources: Lanes, num_trials: int, asked: Sequence[Record], rng: np.random.Generator
    ) -> list[Lanes]:
        """All sources in every trial, in random order."""
        return [tuple(sources[k] for k in rng.permutation(len(sources))) for _ in range(num_trials)]

    def check(self, trial: Trial, choice: Choice) -> None:
        """Refuse a choice that is not a place for each lane; raises ValueError."""
        count = len(trial.lanes)
        right = isinstance(choice, tuple) and len(choice) == count and all(1 <= p <= count for p in choice)
        if not right:
            raise ValueError(f"choice {choice!r} must be a place from 1 to {count} for each of {count} lanes")

    def placing(self, vote: Vote) -> Placing:
        """The places as the listener gave them."""
        sources = tuple(lane.source for lane in vote.trial.lanes)
        return Placing(vote.trial.listener, sources, tuple(map(int, vote.answer.choice)))

    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """The mean place of each source, the best first."""
        places: dict[str, list[int]] = {}
        for vote in votes:
            for lane, place in zip(vote.trial.lanes, vote.answer.choice, strict=True):
                places.setdefault(lane.source, []).append(int(place))
        means = {source: sum(own) / len(own) for source, own in places.items()}
        order = sorted(means, key=lambda source: (means[source], source))
        told = listed([f"{name(source)} {means[source]:.1f}" for source in order])
        return f"mean place over {counted(len(votes), 'trial')}, where 1 is the best: {told}"
