"""Spoken digits: splits by take, no nicolas; the numbers of the real files where they are."""

import hashlib

import numpy as np
import pytest
import soundfile

from engine.errors import UnreadableFileError
from training.corpora.spoken_digits import SpokenDigits


def hashes_of(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


@pytest.fixture
def folder(tmp_path):
    """Two speakers and nicolas, takes 0 to 11 of one digit, 1,200 samples each."""
    (tmp_path / "spoken_digits").mkdir()
    rng = np.random.default_rng(0)
    for speaker in ("george", "lucas", "nicolas"):
        for take in range(12):
            path = tmp_path / "spoken_digits" / f"3_{speaker}_{take}.wav"
            soundfile.write(path, rng.uniform(-0.1, 0.1, 1_200), 8_000, "PCM_16")
    return tmp_path


def test_takes_make_the_splits_and_nicolas_is_left_out(folder):
    corpus = SpokenDigits(folder, hashes_of(folder), num_windows=48)
    splits = {split: sorted(path.stem for path in paths) for split, paths in corpus.recordings().items()}
    assert splits["test"] == [f"3_{name}_{take}" for name in ("george", "lucas") for take in range(5)]
    assert splits["valid"] == [f"3_{name}_{take}" for name in ("george", "lucas") for take in range(5, 10)]
    assert splits["train"] == ["3_george_10", "3_george_11", "3_lucas_10", "3_lucas_11"]
    data = corpus.load()
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 8,
        "valid": 20,
        "test": 20,
    }
    assert all(frames.shape == (50, 10) for sequences in data.splits.values() for frames in sequences)
    assert data.representation.sample_rate == 8_000


def test_a_file_of_another_rate_is_refused(folder):
    soundfile.write(folder / "spoken_digits" / "3_george_0.wav", np.zeros(9), 16_000)
    with pytest.raises(UnreadableFileError, match="16000 Hz, not 8000"):
        SpokenDigits(folder, hashes_of(folder)).load()


def test_the_real_corpus_has_7230_windows_of_real_speech(corpora_folder):
    data = SpokenDigits(corpora_folder).load()
    counts = {split: len(sequences) for split, sequences in data.splits.items()}
    assert counts == {"train": 5_800, "valid": 723, "test": 707}
    assert data.representation.scale == pytest.approx(0.06715, abs=1e-5)
    steps = data.representation.decode(data.splits["test"][0]).samples * 32_768
    assert np.abs(steps - np.round(steps)).max() < 0.01  # 16-bit sound, so a bin of the 65,536 holds each
    assert not np.all(np.round(steps) % 256 == 0)
