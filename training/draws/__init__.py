"""Draws: how what a model plays compares with held-out pieces, in figures."""

from training.draws.comparison import compare_draws, comparison_text
from training.draws.music import has_runaway, most_notes, part_figures
from training.draws.options import DrawsOptions

__all__ = ["DrawsOptions", "compare_draws", "comparison_text", "has_runaway", "most_notes", "part_figures"]
