"""Endings: whether a piece is over, judged from what has been heard of it, independently of the models."""

from engine.endings.ending import Ending
from engine.endings.key import MAJOR_SCALE, MINOR_SCALE, Key, best_key
from engine.endings.signs import NUM_SIGNS, Signs

__all__ = [
    "MAJOR_SCALE",
    "MINOR_SCALE",
    "NUM_SIGNS",
    "Ending",
    "Key",
    "Signs",
    "best_key",
]
