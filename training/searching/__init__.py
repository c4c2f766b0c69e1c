"""Searching: many fits on many workers, and what they found."""

from training.searching.ablation import (
    ABLATION,
    HEADS,
    MAX_EPOCHS,
    MAX_PARAMETERS,
    MEMORIES,
    ablation_recipes,
)
from training.searching.campaign import Campaign, CampaignOptions
from training.searching.results import RESULTS, SearchResult, read_result, read_results
from training.searching.search import BASE, RUNGS, learning_rates, with_rate
from training.searching.series import FitResult, SeriesOptions, read_series, run_series
from training.searching.spread import SEEDS, chosen_seed, seed_recipes, spread_of
from training.searching.workers import num_cores, open_workers

__all__ = [
    "ABLATION",
    "BASE",
    "HEADS",
    "MAX_EPOCHS",
    "MAX_PARAMETERS",
    "MEMORIES",
    "RESULTS",
    "RUNGS",
    "SEEDS",
    "Campaign",
    "CampaignOptions",
    "FitResult",
    "SearchResult",
    "SeriesOptions",
    "ablation_recipes",
    "chosen_seed",
    "learning_rates",
    "num_cores",
    "open_workers",
    "read_result",
    "read_results",
    "read_series",
    "run_series",
    "seed_recipes",
    "spread_of",
    "with_rate",
]
