"""Endings: when a piece is over, told from what has been heard of it, beside the models."""

from engine.endings.ending import Ending
from engine.endings.key import MAJOR_SCALE, MINOR_SCALE, Key, best_key
from engine.endings.signs import NUM_SIGNS, SIZES, Signs

__all__ = [
    "MAJOR_SCALE",
    "MINOR_SCALE",
    "NUM_SIGNS",
    "SIZES",
    "Ending",
    "Key",
    "Signs",
    "best_key",
]
