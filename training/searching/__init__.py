"""Searching: many fits on many workers, and what they found."""

from training.searching.ablation import (
    ABLATION_EPOCHS,
    ABLATION_HEADS,
    ABLATION_MEMORIES,
    ABLATION_RESULTS,
    MAX_ABLATION_PARAMETERS,
    ablation_recipes,
)
from training.searching.campaign import Campaign, CampaignOptions
from training.searching.results import SEARCH_RESULTS, SearchResult, read_result, read_results
from training.searching.search import RATE_BASE, RUNGS, learning_rates, with_rate
from training.searching.series import FitResult, SeriesOptions, read_series, run_series
from training.searching.spread import SEED_RESULTS, chosen_seed, seed_recipes, spread_of
from training.searching.workers import num_cores, open_workers

__all__ = [
    "ABLATION_EPOCHS",
    "ABLATION_HEADS",
    "ABLATION_MEMORIES",
    "ABLATION_RESULTS",
    "MAX_ABLATION_PARAMETERS",
    "RATE_BASE",
    "RUNGS",
    "SEARCH_RESULTS",
    "SEED_RESULTS",
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
