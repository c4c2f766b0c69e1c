"""Bradley-Terry: strengths of players from who won over whom.

    P(i wins over j) = 1 / (1 + exp(s_j - s_i))        R. A. Bradley, M. E. Terry, Biometrika 39, 1952

The solver is evalica's. A small symmetric prior, part of a tied comparison in every pair, keeps a player
finite who has won all or nothing, and draws strengths a little towards each other.

Conventions
    wins        [i, j]: how often i won over j, ties as halves
    strengths   natural logarithm of the odds; zero is the mean of the players that are centred on
"""

import evalica
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
        prior_comparisons: 0 for none; then every player must have won and lost.
    """
    count = len(wins)
    if count < 2:
        return np.zeros(count)
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
    """Strengths of resamples: as many units as there are, drawn with replacement, each unit whole."""
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
    """Which pairs differ, all pairs at once.

    In the share ``confidence`` of the resamples the largest error of any pair, in standard deviations of its
    own, stays under the bound that a difference must exceed.
    """
    differences = estimates[:, None] - estimates[None, :]
    errors = resamples[:, :, None] - resamples[:, None, :] - differences
    deviations = errors.std(axis=0)
    standard = np.divide(np.abs(errors), deviations, out=np.zeros_like(errors), where=deviations > 0)
    bound = np.quantile(standard.max(axis=(1, 2), initial=0.0), confidence)
    return np.abs(differences) > bound * deviations
