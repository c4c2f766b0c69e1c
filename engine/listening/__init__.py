"""Listening: blind tests, their trials and votes, and what votes say."""

from engine.listening.analysis import Analysis, CorpusAnalysis, analyse
from engine.listening.analysis_text import analysis_text
from engine.listening.bundle.bundle import BundlePlan, check_place, key_path, new_id, write_bundle
from engine.listening.bundle.bundle_key import ANYBODY, read_key
from engine.listening.bundle.bundle_page import BUNDLE_FOLDER
from engine.listening.clips import NO_MODELS, Clip, Material, make_clips, shared_representation
from engine.listening.design import TestDesign
from engine.listening.hearing import Hearing
from engine.listening.record import question_of, verdict
from engine.listening.session import PlannedTrial, Session
from engine.listening.statistics.ranking import Ranking, Standing
from engine.listening.tasks import TASKS
from engine.listening.trial import ANCHOR, REAL, Answer, Record, Trial
from engine.listening.votes.store import ANSWERED, VoteStore
from engine.listening.votes.vote_export import export_text, pseudonym, public_rows
from engine.listening.votes.vote_file import read_lines, read_vote_files

__all__ = [
    "ANCHOR",
    "ANSWERED",
    "ANYBODY",
    "BUNDLE_FOLDER",
    "NO_MODELS",
    "REAL",
    "TASKS",
    "Analysis",
    "Answer",
    "BundlePlan",
    "Clip",
    "CorpusAnalysis",
    "Hearing",
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
    "export_text",
    "key_path",
    "make_clips",
    "new_id",
    "pseudonym",
    "public_rows",
    "question_of",
    "read_key",
    "read_lines",
    "read_vote_files",
    "shared_representation",
    "verdict",
    "write_bundle",
]
