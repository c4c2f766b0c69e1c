"""Where data comes from: corpora by name, folders of a user's own, and downloads."""

from training.corpora.catalogue import CORPORA, FOLDERS, open_corpus, representation_name_of
from training.corpora.corpus import SPLITS, Corpus, CorpusData, CorpusReport
from training.corpora.fetch import fetch
from training.corpora.files import corpora_folder
from training.corpora.streams import streams
from training.corpora.whole import load_data

__all__ = [
    "CORPORA",
    "FOLDERS",
    "SPLITS",
    "Corpus",
    "CorpusData",
    "CorpusReport",
    "corpora_folder",
    "fetch",
    "load_data",
    "open_corpus",
    "representation_name_of",
    "streams",
]
