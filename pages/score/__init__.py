"""The page Score, and Scoring, which scores a file for it and for programs."""

from pages.score.scoring import Scoring

__all__ = ["Scoring"]
