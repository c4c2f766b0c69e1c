"""Commands of ``python -m training``, one a file: its arguments, and ``run``, which does it and prints."""

from training.commands import ablate, evaluate, fetch, fit, list, primes, remember, report, search, spread

__all__ = [
    "ablate",
    "evaluate",
    "fetch",
    "fit",
    "list",
    "primes",
    "remember",
    "report",
    "search",
    "spread",
]
