"""Draws: figures of how a model's draws compare with held-out pieces or recordings."""

from training.draws.comparison import compare_draws, comparison_text
from training.draws.music import has_runaway, most_notes, part_figures
from training.draws.options import DrawsOptions

__all__ = ["DrawsOptions", "compare_draws", "comparison_text", "has_runaway", "most_notes", "part_figures"]
