"""Memories of melodies and copies for a fitted network, their numbers chosen on validation."""

from training.fitting.memories.copies import choose_copies
from training.fitting.memories.melodies import choose_melodies, reminded

__all__ = ["choose_copies", "choose_melodies", "reminded"]
