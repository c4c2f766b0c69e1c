"""The four music corpora: small stand-ins offline; the published figures where the files are."""

import hashlib

import numpy as np
import pytest
import scipy.io
import torch

from engine.errors import UnreadableFileError
from training.corpora import CORPORA
from training.corpora.boulanger_lewandowski import BoulangerLewandowski

MUSIC = [name for name, corpus in CORPORA.items() if issubclass(corpus, BoulangerLewandowski)]
EVERY_CORPUS = pytest.mark.parametrize("name", MUSIC)

# Sequences and frames of train, valid, test; nats per frame of independent notes (note 1-gram of the paper).
PUBLISHED = {
    "jsb_chorales": ((229, 76, 77), (13_807, 4_602, 4_725), 11.060),
    "nottingham": ((694, 173, 170), (176_561, 45_513, 44_463), 10.252),
    "muse_data": ((524, 135, 124), (245_202, 82_755, 64_339), 11.511),
    "piano_midi": ((87, 12, 25), (75_911, 8_540, 19_036), 11.046),
}


def corpus_of(name, folder, **arrays):
    """A corpus whose file holds these cell arrays."""
    (path,) = CORPORA[name](folder).hashes
    (folder / path).parent.mkdir(exist_ok=True)
    cells = {}
    for key, rolls in arrays.items():
        cells[key] = np.empty((1, len(rolls)), object)
        cells[key][0] = [None] * len(rolls)
        for column, roll in enumerate(rolls):
            cells[key][0, column] = roll
    scipy.io.savemat(folder / path, cells)
    return CORPORA[name](folder, {path: hashlib.sha256((folder / path).read_bytes()).hexdigest()})


def rolls_of(rng, count):
    return [rng.integers(0, 2, (length, 88)).astype(np.uint8) for length in range(3, 3 + count)]


@EVERY_CORPUS
def test_reads_rolls_in_order_with_the_units_of_the_corpus(name, tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        key: rolls_of(rng, count) for key, count in [("traindata", 3), ("validdata", 2), ("testdata", 1)]
    }
    data = corpus_of(name, tmp_path, **arrays).load()
    for split, key in [("train", "traindata"), ("valid", "validdata"), ("test", "testdata")]:
        assert [frames.dtype for frames in data.splits[split]] == [torch.float32] * len(arrays[key])
        for frames, roll in zip(data.splits[split], arrays[key], strict=True):
            np.testing.assert_array_equal(frames.numpy(), roll)
    spec = data.representation.spec
    assert (spec["lowest_pitch"], spec["num_pitches"]) == (21, 88)
    assert spec["frames_per_quarter"] == (1 if name == "jsb_chorales" else 2)


@pytest.mark.parametrize(
    ("roll", "message"),
    [(np.zeros((4, 87), np.uint8), "no roll of 88"), (np.full((4, 88), 3, np.uint8), "no roll of 88")],
)
def test_arrays_that_are_no_rolls_are_refused(roll, message, tmp_path):
    corpus = corpus_of("nottingham", tmp_path, traindata=[roll, roll], validdata=[roll], testdata=[roll])
    with pytest.raises(UnreadableFileError, match=message):
        corpus.load()


def test_a_file_without_one_of_the_splits_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="testdata"):
        corpus_of("nottingham", tmp_path, traindata=[np.eye(88)], validdata=[np.eye(88)]).load()


def test_a_file_that_is_no_matlab_file_is_refused(tmp_path):
    corpus = corpus_of("nottingham", tmp_path, traindata=[np.eye(88)])
    (path,) = corpus.hashes
    (tmp_path / path).write_bytes(b"no MATLAB file, whatever its name" * 9)
    hashes = {path: hashlib.sha256((tmp_path / path).read_bytes()).hexdigest()}
    with pytest.raises(UnreadableFileError, match="not a MATLAB file"):
        CORPORA["nottingham"](tmp_path, hashes).load()


@EVERY_CORPUS
def test_has_the_published_number_of_sequences_and_frames(name, corpora_folder):
    splits = CORPORA[name](corpora_folder).load().splits
    num_sequences, num_frames, _ = PUBLISHED[name]
    assert tuple(len(splits[split]) for split in ("train", "valid", "test")) == num_sequences
    assert tuple(sum(map(len, splits[split])) for split in ("train", "valid", "test")) == num_frames


@EVERY_CORPUS
def test_independent_notes_score_as_published(name, corpora_folder):
    """Bernoulli notes with the training marginals: a check of rolls, splits and units in one number."""
    splits = CORPORA[name](corpora_folder).load().splits
    train, test = (torch.cat(splits[split]).double() for split in ("train", "test"))
    marginals = train.mean(0).clamp(1e-8, 1 - 1e-8)
    log_probs = torch.distributions.Bernoulli(marginals).log_prob(test).sum(1)
    assert -float(log_probs.mean()) == pytest.approx(PUBLISHED[name][2], abs=1e-3)
