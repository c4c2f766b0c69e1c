"""Draws: how what a model plays compares with held-out pieces, in figures."""

from training.draws.comparison import DrawsOptions, compare_draws, comparison_text
from training.draws.faults import has_runaway, most_notes
from training.draws.parts import part_figures

__all__ = ["DrawsOptions", "compare_draws", "comparison_text", "has_runaway", "most_notes", "part_figures"]
