"""Listening: blind tests, their trials and votes, and what votes say."""

from engine.listening.analysis import Analysis, CorpusAnalysis, analyse
from engine.listening.analysis_text import analysis_text
from engine.listening.bundle.bundle import BundlePlan, check_place, key_path, new_id, write_bundle
from engine.listening.bundle.bundle_key import ANYBODY, read_key
from engine.listening.bundle.bundle_page import BUNDLE_FOLDER
from engine.listening.clips import Clip, Material, make_clips
from engine.listening.design import TestDesign
from engine.listening.hearing import enough_seconds, is_enough, is_possible, needed_seconds
from engine.listening.record import question_of, verdict
from engine.listening.session import PlannedTrial, Session
from engine.listening.statistics.ranking import Ranking, Standing
from engine.listening.tasks import TASKS
from engine.listening.trial import ANCHOR, REAL, Answer, Record, Trial
from engine.listening.votes.store import VoteStore
from engine.listening.votes.vote_export import export_text
from engine.listening.votes.vote_file import read_vote_files

__all__ = [
    "ANCHOR",
    "ANYBODY",
    "BUNDLE_FOLDER",
    "REAL",
    "TASKS",
    "Analysis",
    "Answer",
    "BundlePlan",
    "Clip",
    "CorpusAnalysis",
    "Material",
    "PlannedTrial",
    "Ranking",
    "Record",
    "Session",
    "Standing",
    "TestDesign",
    "Trial",
    "VoteStore",
    "analyse",
    "analysis_text",
    "check_place",
    "enough_seconds",
    "export_text",
    "is_enough",
    "is_possible",
    "key_path",
    "make_clips",
    "needed_seconds",
    "new_id",
    "question_of",
    "read_key",
    "read_vote_files",
    "verdict",
    "write_bundle",
]
