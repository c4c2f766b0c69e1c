"""Publishing: from a fit to a checkpoint with its card and README, and the excerpts that are shipped."""

from training.publishing.primes import cut_primes
from training.publishing.publish import (
    publish,
    publish_draws,
    publish_ending,
    publish_figures,
    publish_remembering,
    remembering,
)

__all__ = [
    "cut_primes",
    "publish",
    "publish_draws",
    "publish_ending",
    "publish_figures",
    "publish_remembering",
    "remembering",
]
