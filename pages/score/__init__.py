"""The page Score."""

from pages.score.scoring import Scoring
from pages.score.view import UNITS

__all__ = ["UNITS", "Scoring"]
