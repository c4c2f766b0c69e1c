"""Voice prompts: splits by recording, each decoded from rest; the real corpus where its files are."""

import hashlib
import subprocess

import numpy as np
import pytest
import soundfile

from engine.errors import EngineError
from engine.sound import ffmpeg
from engine.sound.audio_file import read_audio
from training.corpora.voice_prompts import VoicePrompts, decode_all

pytestmark = pytest.mark.skipif(not ffmpeg.is_there(), reason="ffmpeg is not installed")


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Twenty recordings of one second, the first also under another name, and a text."""
    corpora = tmp_path_factory.mktemp("corpora")
    folder = corpora / "voice_prompts"
    folder.mkdir()
    rng = np.random.default_rng(0)
    command = ["ffmpeg", "-v", "error"]
    for number in range(20):
        soundfile.write(folder / f"{number:02}.wav", rng.uniform(-0.2, 0.2, 16_000), 16_000)
        command += ["-i", f"{number:02}.wav"]
    for number in range(20):
        command += ["-map", str(number), f"{number:02}.g722"]
    subprocess.run(command, cwd=folder, check=True)
    for path in folder.glob("*.wav"):
        path.unlink()
    (folder / "zz.g722").write_bytes((folder / "00.g722").read_bytes())
    (folder / "COPYRIGHT").write_text("whose it is")
    return corpora


def corpus_of(corpora):
    paths = sorted((corpora / "voice_prompts").iterdir())
    hashes = {f"voice_prompts/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    return VoicePrompts(corpora, hashes, num_windows=20)


def test_recordings_make_the_splits_and_the_same_bytes_count_once(corpora):
    splits = {
        split: [path.stem for path in paths] for split, paths in corpus_of(corpora).recordings().items()
    }
    assert (splits["valid"], splits["test"]) == (["08", "18"], ["09", "19"])
    assert len(splits["train"]) == 16 and "zz" not in splits["train"]
    data = corpus_of(corpora).load()
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 16,
        "valid": 2,
        "test": 2,
    }
    # 8,000 samples in frames of 10
    assert all(frames.shape == (800, 10) for sequences in data.splits.values() for frames in sequences)


def test_decoding_together_is_decoding_one_by_one(corpora):
    """No state of the decoder goes from one recording to the next."""
    paths = sorted((corpora / "voice_prompts").glob("*.g722"))[:5]
    for path, together in zip(paths, decode_all(paths), strict=True):
        alone = read_audio(path)
        assert alone.sample_rate == together.sample_rate == 16_000
        np.testing.assert_array_equal(alone.samples, together.samples)


def test_without_ffmpeg_the_error_says_what_to_install(corpora, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match=ffmpeg.INSTALL_FFMPEG):
        corpus_of(corpora).load()


def test_the_real_corpus_has_800_windows(corpora_folder):
    data = VoicePrompts(corpora_folder).load()
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 653,
        "valid": 83,
        "test": 64,
    }
    assert data.report.num_read == 558
    assert data.representation.sample_rate == 16_000
    assert data.representation.scale == pytest.approx(0.14596, abs=1e-5)
