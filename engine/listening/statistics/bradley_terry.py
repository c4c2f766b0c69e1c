"""Bradley-Terry: strengths of players from who won over whom.

    P(i wins over j) = 1 / (1 + exp(s_j - s_i))        R. A. Bradley, M. E. Terry, Biometrika 39, 1952

The solver is evalica's. A small symmetric prior adds PRIOR_COMPARISONS tied comparisons to every pair: so the
strength of a player who has won all or nothing stays finite, and all strengths move a little closer together.

Conventions
    wins        [i, j]: how often i won over j, ties as halves
    strengths   natural logarithm of the odds; zero is the mean of the players in ``centred_on``
"""

import numpy as np
from jaxtyping import Bool, Float64

PRIOR_COMPARISONS = 0.5  # tied comparisons that are added to every pair
TOLERANCE, MAX_ROUNDS = 1e-8, 10_000


def strengths(
    wins: Float64[np.ndarray, "player player"],
    centred_on: Bool[np.ndarray, " player"] | None = None,
    prior_comparisons: float = PRIOR_COMPARISONS,
) -> Float64[np.ndarray, " player"]:
    """The most likely strengths, given the prior.

    Args:
        centred_on: the players whose mean is zero; everybody by default.
        prior_comparisons: tied comparisons added to every pair; with 0, every player must have won and lost.
    """
    count = len(wins)
    if count < 2:
        return np.zeros(count)
    import evalica  # on first use: see exact_tests.py

    firsts, seconds = np.nonzero(~np.eye(count, dtype=bool))
    result = evalica.bradley_terry(
        firsts.tolist(),
        seconds.tolist(),
        [evalica.Winner.X] * len(firsts),
        weights=(wins[firsts, seconds] + prior_comparisons / 2).tolist(),
        tolerance=TOLERANCE,
        limit=MAX_ROUNDS,
    )
    logs = np.log(result.scores.sort_index().to_numpy())
    return logs - logs[slice(None) if centred_on is None else centred_on].mean()


def bootstrap(
    unit_wins: Float64[np.ndarray, "unit player player"],
    centred_on: Bool[np.ndarray, " player"],
    num_resamples: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "resample player"]:
    """The strengths in each resample: as many units as there are, drawn with replacement, each unit whole.

    Args:
        unit_wins: wins of each unit that is drawn: a listener, or a single vote.
    """
    count = len(unit_wins)
    resamples = []
    for _ in range(num_resamples):
        times = np.bincount(rng.integers(count, size=count), minlength=count)
        resamples.append(strengths(np.tensordot(times.astype(float), unit_wins, axes=1), centred_on))
    return np.stack(resamples)


def separations(
    estimates: Float64[np.ndarray, " player"],
    resamples: Float64[np.ndarray, "resample player"],
    confidence: float,
) -> Bool[np.ndarray, "player player"]:
    """Which pairs of players differ, allowing for the fact that all pairs are tested at once.

    A difference must exceed a bound, in standard deviations of that pair. In the share ``confidence`` of the
    resamples, the largest error of any pair stays under that bound.
    """
    differences = estimates[:, None] - estimates[None, :]
    errors = resamples[:, :, None] - resamples[:, None, :] - differences
    deviations = errors.std(axis=0)
    standard = np.divide(np.abs(errors), deviations, out=np.zeros_like(errors), where=deviations > 0)
    bound = np.quantile(standard.max(axis=(1, 2), initial=0.0), confidence)
    return np.abs(differences) > bound * deviations
