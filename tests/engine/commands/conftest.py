"""The working folder of the commands, and how they refuse."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.engine.commands.command_line import HOSTILE, run, write_piece
from tests.engine.small_models import published


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working folder: one music and one speech checkpoint, a piece and a recording."""
    monkeypatch.chdir(tmp_path)
    published(tmp_path / "checkpoints")
    published(tmp_path / "checkpoints", "waveform", "tiny-speech")
    write_piece(tmp_path / "piece.mid")
    tone = (0.3 * np.sin(np.arange(8_000) / 5)).astype(np.float32)
    soundfile.write(tmp_path / "tone.wav", tone, 8_000, "PCM_16")
    return tmp_path


@pytest.fixture
def refusal(folder, capsys) -> Callable[[str], str]:
    """Runs what cannot be done: gives the one line that is printed; nothing may have been written."""

    def refused(words: str) -> str:
        for name, data in HOSTILE.items():
            (folder / name).write_bytes(data)
        before = {path.name for path in folder.iterdir()}
        assert run(*words.split()) == 1
        shown = capsys.readouterr()
        assert shown.err.startswith("error: ") and shown.err.count("\n") == 1
        assert shown.out == "" and {path.name for path in folder.iterdir()} == before
        return shown.err

    return refused
