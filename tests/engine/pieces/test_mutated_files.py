"""Hundreds of files that were broken at random: each is soon read, or refused in one sentence.

They are read in another process, where what a decoder prints is dropped and a crash is noticed.
"""

import json
import subprocess
import sys

import pytest

from engine.pieces.excerpt import excerpts
from tests.engine.tones import write_tone

PROGRAM = """
import json, os, sys, time
import numpy as np
from pathlib import Path
from engine.errors import EngineError
from engine.notes import read_notes
from engine.sound import read_audio

folder, kind, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
read = {"notes": read_notes, "sound": read_audio}[kind]
sources = sorted(folder.glob("source*"))
rng = np.random.default_rng(7)
wrong, slowest, num_read = [], 0.0, 0
for number in range(count):
    source = sources[number % len(sources)]
    data = bytearray(source.read_bytes())
    for _ in range(rng.integers(1, 12)):
        place = int(rng.integers(len(data)))
        act = rng.integers(4)
        if act == 0:
            data[place] = int(rng.integers(256))
        elif act == 1:
            del data[place : place + int(rng.integers(1, 40))]
        elif act == 2:
            data[place:place] = rng.bytes(int(rng.integers(1, 40)))
        else:
            data[place : place + 4] = bytes([255] * 4)
        data = data or bytearray(b"x")
    path = folder / ("given" + source.suffix)
    path.write_bytes(data)
    begun = time.monotonic()
    try:
        read(path)
        num_read += 1
    except EngineError as error:
        if "\\n" in str(error) or len(str(error)) > 400:
            wrong.append(str(error))
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    slowest = max(slowest, time.monotonic() - begun)
os.write(3, json.dumps([wrong, slowest, num_read]).encode())
"""


def broken(folder, kind: str, count: int) -> tuple[list[str], float, int]:
    """What went wrong, the seconds that the slowest took, and how many could be read."""
    answer = folder / "answer"
    with answer.open("wb") as file:
        shell = f'exec 3>"$0"; exec "{sys.executable}" -c "$1" "$2" {kind} {count}'
        done = subprocess.run(
            ["sh", "-c", shell, str(answer), PROGRAM, str(folder)], stdout=file, stderr=subprocess.DEVNULL
        )
    assert done.returncode == 0, "it crashed"
    return tuple(json.loads(answer.read_bytes()))


@pytest.mark.slow
def test_broken_midi_files(tmp_path):
    shipped = [excerpt.path for excerpt in excerpts() if excerpt.path.suffix == ".mid"]
    for number, path in enumerate(shipped):
        (tmp_path / f"source{number}.mid").write_bytes(path.read_bytes())
    wrong, slowest, num_read = broken(tmp_path, "notes", 1_000)
    assert wrong == [] and slowest < 10
    assert 50 < num_read < 1_000


@pytest.mark.slow
def test_broken_sound_files(tmp_path):
    import soundfile

    samples, rate = soundfile.read(write_tone(tmp_path / "tone.wav", 0.3))
    for name in ("wav", "flac", "ogg", "mp3", "aiff", "au"):
        soundfile.write(tmp_path / f"source.{name}", samples, rate)
    wrong, slowest, num_read = broken(tmp_path, "sound", 400)
    assert wrong == [] and slowest < 20
    assert 40 < num_read < 400
