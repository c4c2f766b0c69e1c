"""Draws of notes compared with held-out pieces: faults, harmony, what comes back, how they end."""

from training.draws.music.comparison import MUSIC_FIGURE_TITLES, compare_music
from training.draws.music.faults import has_runaway, most_notes
from training.draws.music.parts import part_figures

__all__ = ["MUSIC_FIGURE_TITLES", "compare_music", "has_runaway", "most_notes", "part_figures"]
