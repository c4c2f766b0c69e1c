"""A command line with its own folders, and the folders that a person may bring: music and sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.notes.midi_bytes import midi_bytes
from engine.notes.notes import Note, Notes
from tests.training.commands.command_line import CommandLine
from training.commands import arguments, report, search


@pytest.fixture
def command(tmp_path, monkeypatch, capsys) -> CommandLine:
    monkeypatch.setattr(arguments, "RUNS", tmp_path / "runs")
    for told in (search, report):
        monkeypatch.setattr(told, "SEARCH_RESULTS", tmp_path / "results")
    monkeypatch.delenv("EARSHOT_CORPORA", raising=False)
    return CommandLine(tmp_path, capsys)


@pytest.fixture
def midi_folder(tmp_path) -> Path:
    """Ten files of random melodies."""
    rng, folder = np.random.default_rng(4), tmp_path / "songs"
    folder.mkdir()
    for number in range(10):
        notes = (Note(240 * k, 240 * (k + 2), int(rng.integers(50, 80))) for k in range(8 + number))
        (folder / f"song {number}.mid").write_bytes(midi_bytes(Notes(480, tuple(notes))))
    return folder


@pytest.fixture
def audio_folder(tmp_path) -> Path:
    """Four seconds of noise, one a file."""
    rng, folder = np.random.default_rng(4), tmp_path / "sounds"
    folder.mkdir()
    for number in range(4):
        soundfile.write(folder / f"{number}.wav", 0.1 * rng.standard_normal(8_000), 8_000)
    return folder
