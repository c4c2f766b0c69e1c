"""The page Score, and what scores a file for it and for programs."""

from pages.score.scoring import Scoring

__all__ = ["Scoring"]
