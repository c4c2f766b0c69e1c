"""Earshot's engine: models, sampling, rendering and likelihoods. The names below are its public face."""

from engine.audio import Audio
from engine.audio_file import read_audio, wav_bytes, write_wav
from engine.card import Card
from engine.checkpoint import CHECKPOINTS, Checkpoint, available, load, read_card, save
from engine.curve import Curve, read_curve
from engine.errors import (
    CheckpointError,
    EngineError,
    InvalidValueError,
    UnknownNameError,
    UnreadableFileError,
    VoteError,
)
from engine.expectation import NUM_DRAWS, Expectation, expect
from engine.judgement import Judgement, ranked
from engine.likelihood import LogLikelihood, continuation_likelihood, log_likelihood
from engine.listening.analysis import Analysis, CorpusAnalysis, analyse
from engine.listening.clips import Clip, Material, make_clips
from engine.listening.design import DEFAULT_TRIALS, TestDesign
from engine.listening.ranking import Ranking, Standing
from engine.listening.session import PlannedTrial, Session
from engine.listening.trial import ANCHOR, REAL, Answer, Lane, Record, Trial
from engine.listening.verdict import verdict
from engine.listening.vote_export import export_text
from engine.listening.votes import VoteStore
from engine.midi_file import read_score
from engine.model_spec import build_model
from engine.prime import Prime, read_prime, representation_of
from engine.rendering.interval_picture import IntervalPoint, interval_svg
from engine.rendering.midi import TEMPO_RANGE, midi_bytes
from engine.rendering.performance import Performance, perform, perform_midi
from engine.rendering.playback import Playback, prepare_playback
from engine.rendering.playback_stream import PlaybackStream
from engine.rendering.synthesis import find_synthesiser
from engine.representations.piano_roll import note_spans
from engine.sampling import MAX_SEED, MAX_TEMPERATURE, SamplingOptions, sample
from engine.sequence_model import SequenceModel
from engine.shipped_excerpt import EXCERPT_SUFFIXES, Excerpt, excerpt, excerpts, excerpts_of, read_excerpt
from engine.surprise import Reading, Surprise, extreme_moments, surprise_of, window_means

__all__ = [
    "ANCHOR",
    "CHECKPOINTS",
    "DEFAULT_TRIALS",
    "EXCERPT_SUFFIXES",
    "MAX_SEED",
    "MAX_TEMPERATURE",
    "NUM_DRAWS",
    "REAL",
    "TEMPO_RANGE",
    "Analysis",
    "Answer",
    "Audio",
    "Card",
    "Checkpoint",
    "CheckpointError",
    "Clip",
    "CorpusAnalysis",
    "Curve",
    "EngineError",
    "Excerpt",
    "Expectation",
    "IntervalPoint",
    "InvalidValueError",
    "Judgement",
    "Lane",
    "LogLikelihood",
    "Material",
    "Performance",
    "PlannedTrial",
    "Playback",
    "PlaybackStream",
    "Prime",
    "Ranking",
    "Reading",
    "Record",
    "SamplingOptions",
    "SequenceModel",
    "Session",
    "Standing",
    "Surprise",
    "TestDesign",
    "Trial",
    "UnknownNameError",
    "UnreadableFileError",
    "VoteError",
    "VoteStore",
    "analyse",
    "available",
    "build_model",
    "continuation_likelihood",
    "excerpt",
    "excerpts",
    "excerpts_of",
    "expect",
    "export_text",
    "extreme_moments",
    "find_synthesiser",
    "interval_svg",
    "load",
    "log_likelihood",
    "make_clips",
    "midi_bytes",
    "note_spans",
    "perform",
    "perform_midi",
    "prepare_playback",
    "ranked",
    "read_audio",
    "read_card",
    "read_curve",
    "read_excerpt",
    "read_prime",
    "read_score",
    "representation_of",
    "sample",
    "save",
    "surprise_of",
    "verdict",
    "wav_bytes",
    "window_means",
    "write_wav",
]
