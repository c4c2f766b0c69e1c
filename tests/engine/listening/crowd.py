"""A crowd of listeners whose taste is known: they vote by a Bradley-Terry truth."""

import numpy as np

from engine.listening.trial import Record
from tests.engine.listening.listener import record

TRUTH = {"model-a": 0.6, "model-b": 0.3, "model-c": 0.0, "model-d": -0.3, "model-e": -0.6}


def crowd_votes(
    rng: np.random.Generator, num_listeners: int = 50, votes_each: int = 20, truth: dict[str, float] = TRUTH
) -> list[Record]:
    """Preferences without ties, pairs and sides drawn at random."""
    names = list(truth)
    records = []
    for number in range(num_listeners * votes_each):
        first, second = (names[place] for place in rng.permutation(len(names))[:2])
        first_wins = rng.random() < 1 / (1 + np.exp(truth[second] - truth[first]))
        facts = {"trial_id": f"t{number}", "listener": f"listener-{number // votes_each}"}
        records.append(record((first, second), "0" if first_wins else "1", **facts))
    return records
