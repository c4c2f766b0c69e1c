"""Small files that hold a great deal: they are refused, or read within bounds of memory and disk."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from engine.errors import UnreadableFileError
from engine.sound import audio_file, ffmpeg, mono
from engine.sound.audio_file import read_audio, read_untrusted_audio

needs_ffmpeg = pytest.mark.skipif(not ffmpeg.is_there(), reason="ffmpeg is not installed")
MEASURED = """
import json, resource, sys
from pathlib import Path
from engine.sound import read_untrusted_audio
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    audio = read_untrusted_audio(Path(sys.argv[1]), sample_rate=16_000)
    said = f"{audio.duration_seconds:.0f} s"
except Exception as error:
    said = str(error)
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([said, (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1000]))
"""
MAX_MEGABYTES = 300


def measured(path) -> tuple[str, float]:
    """What reading a file says, and the megabytes that it took here and in the largest child."""
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said, megabytes = json.loads(done.stdout)
    return said, megabytes


@pytest.fixture(scope="module")
def bomb(tmp_path_factory):
    """Silence of 200 s in eight channels at 384 kHz: a file of half a megabyte, 2.5 GB of amplitudes."""
    path = tmp_path_factory.mktemp("bombs") / "bomb.flac"
    source = ["-f", "lavfi", "-i", "anullsrc=r=384000:cl=7.1", "-t", "200"]
    made = ["ffmpeg", "-v", "error", *source, "-c:a", "flac", "-compression_level", "0", path]
    subprocess.run(made, check=True)
    assert path.stat().st_size < 1_000_000
    return path


@needs_ffmpeg
@pytest.mark.slow
def test_a_bomb_takes_little_however_it_is_wrapped(bomb):
    """As FLAC it once took 4.3 GB; as Matroska ffmpeg wrote 7 GB, and 349 of 595 s of silence came back."""
    wrapped = bomb.with_suffix(".mka")
    subprocess.run(["ffmpeg", "-v", "error", "-i", bomb, "-c", "copy", wrapped], check=True)
    for path in (bomb, wrapped):
        said, megabytes = measured(path)
        assert said.startswith(f"{path.name} is too large: 8 channels at 384,000 Hz")
        assert megabytes < MAX_MEGABYTES


@needs_ffmpeg
@pytest.mark.slow
def test_the_longest_that_is_read_takes_little(tmp_path):
    """Five minutes at 384 kHz, read whole by soundfile and by ffmpeg, at the rate that is wanted."""
    source = ["-f", "lavfi", "-i", "sine=r=384000", "-t", "300", "-c:a", "flac", "-compression_level", "0"]
    subprocess.run(["ffmpeg", "-v", "error", *source, tmp_path / "a.flac"], check=True)
    subprocess.run(["ffmpeg", "-v", "error", "-i", "a.flac", "-c", "copy", "a.mka"], cwd=tmp_path, check=True)
    for name in ("a.flac", "a.mka"):
        said, megabytes = measured(tmp_path / name)
        assert said == "300 s" and megabytes < MAX_MEGABYTES


def test_what_is_read_apart_is_what_is_read_here(tmp_path):
    rng = np.random.default_rng(3)
    soundfile.write(tmp_path / "a.wav", rng.uniform(-1, 1, (44_100, 2)), 44_100, "FLOAT")
    here, apart = (
        read(tmp_path / "a.wav", sample_rate=16_000) for read in (read_audio, read_untrusted_audio)
    )
    assert apart.sample_rate == here.sample_rate == 16_000
    assert np.array_equal(apart.samples, here.samples)
    whole = read_audio(tmp_path / "a.wav").resample(16_000)
    assert len(whole.samples) == len(here.samples)
    np.testing.assert_allclose(here.samples, whole.samples, atol=1e-4)


def test_no_more_is_read_than_is_used(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.arange(80_000) / 80_000, 8_000, "FLOAT")
    read = read_audio(tmp_path / "a.wav", 2.5, is_cut=True)
    assert len(read.samples) == 20_000 and read.samples[-1] == pytest.approx(19_999 / 80_000)
    with pytest.raises(UnreadableFileError, match="at most"):
        read_audio(tmp_path / "a.wav", 2.5)


@pytest.mark.parametrize("lies", [False, True])
def test_samples_times_channels_are_bounded_whatever_the_header_says(tmp_path, monkeypatch, lies):
    monkeypatch.setattr(mono, "MAX_VALUES", 10_000)
    soundfile.write(tmp_path / "a.wav", np.zeros((4_000, 4)), 8_000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    place = data.index(b"data") + 4
    if lies:
        data[place : place + 4] = (2**32 - 1).to_bytes(4, "little")
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(UnreadableFileError, match=r"a\.wav is too large: 4 channels at 8,000 Hz"):
        read_audio(tmp_path / "a.wav")


def test_an_unfinished_file_is_mended_without_being_held(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", np.ones(8_000) / 2, 8_000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = bytes(4)
    (tmp_path / "a.wav").write_bytes(data)
    assert len(read_audio(tmp_path / "a.wav").samples) == 8_000
    monkeypatch.setattr(audio_file, "MAX_MENDED_BYTES", 1_000)
    with pytest.raises(UnreadableFileError, match="holds no samples"):
        read_audio(tmp_path / "a.wav")
