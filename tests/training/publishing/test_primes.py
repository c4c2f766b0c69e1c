"""Primes: small, from the corpora that are listed here, and equal to what these hold."""

import dataclasses
import json

import pytest
import soundfile

from engine.folders import ASSETS
from engine.notes.midi_file import read_notes
from engine.pieces.excerpt import Excerpt
from engine.representations.piano_roll import PianoRoll
from training.corpora import CORPORA
from training.publishing.primes import INDEX_FILE, cut_primes

FOLDER = ASSETS / "primes"
PRIMES = json.loads((FOLDER / INDEX_FILE).read_text())
EVERY_PRIME = pytest.mark.parametrize("prime", PRIMES, ids=lambda prime: prime["file"])


def test_the_index_names_every_file_once_and_all_together_are_small():
    names = [prime["file"] for prime in PRIMES]
    assert sorted([*names, INDEX_FILE]) == sorted(path.name for path in FOLDER.iterdir())
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000


@EVERY_PRIME
def test_each_is_from_the_test_split_of_a_corpus_that_may_be_shipped(prime):
    assert set(prime) == {field.name for field in dataclasses.fields(Excerpt)}
    assert prime["corpus"] in {"jsb_chorales", "nottingham", "spoken_digits", "voice_prompts"}
    assert prime["split"] == "test"
    assert prime["licence"] == CORPORA[prime["corpus"]].licence
    assert f"{prime['corpus']}-test-" in (FOLDER.parent / "LICENSES.md").read_text()


@EVERY_PRIME
def test_each_is_short(prime):
    if prime["file"].endswith(".mid"):
        frames_per_quarter = 1 if prime["corpus"] == "jsb_chorales" else 2
        frames = PianoRoll(21, 88, frames_per_quarter).encode(read_notes(FOLDER / prime["file"])).frames
        assert 16 <= len(frames) <= 64
    else:
        info = soundfile.info(FOLDER / prime["file"])
        assert (info.subtype, info.channels) == ("PCM_16", 1)
        assert info.samplerate == (8_000 if prime["corpus"] == "spoken_digits" else 16_000)
        assert 0 < info.duration <= 5


def test_those_shipped_are_those_that_are_cut_from_the_corpora(corpora_folder, tmp_path):
    cut_primes(corpora_folder, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in FOLDER.iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_those_of_music_are_the_beginnings_of_their_pieces(corpora_folder):
    for prime in PRIMES:
        if prime["file"].endswith(".mid"):
            data = CORPORA[prime["corpus"]](corpora_folder).load()
            frames = data.representation.encode(read_notes(FOLDER / prime["file"])).frames
            assert frames.equal(data.splits["test"][prime["index"]][: len(frames)])


def test_spoken_digits_are_the_recordings_to_the_sample(corpora_folder):
    for prime in PRIMES:
        if prime["corpus"] == "spoken_digits":
            shipped, _ = soundfile.read(FOLDER / prime["file"], dtype="int16")
            recording, _ = soundfile.read(corpora_folder / prime["source"], dtype="int16")
            assert shipped.tolist() == recording.tolist()
