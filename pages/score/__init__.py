"""The page Score."""

from pages.score.scoring import Scoring

__all__ = ["Scoring"]
