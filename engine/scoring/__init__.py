"""Scoring: exact likelihoods of pieces, surprise frame by frame, and what a model expects next."""

from engine.scoring.expectation import Expectation, expect
from engine.scoring.gates import Gate, gates_of, opened
from engine.scoring.judgement import Judgement, ranked
from engine.scoring.likelihood import (
    LogLikelihood,
    bin_log_probs,
    continuation_likelihood,
    log_likelihood,
    read_in_parts,
)
from engine.scoring.scoring import Judging, ScoredFile
from engine.scoring.surprise import Surprise, extreme_moments, surprise_of, window_means

__all__ = [
    "Expectation",
    "Gate",
    "Judgement",
    "Judging",
    "LogLikelihood",
    "ScoredFile",
    "Surprise",
    "bin_log_probs",
    "continuation_likelihood",
    "expect",
    "extreme_moments",
    "gates_of",
    "log_likelihood",
    "opened",
    "ranked",
    "read_in_parts",
    "surprise_of",
    "window_means",
]
