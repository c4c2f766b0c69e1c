"""``python -m engine render``: a file made audible."""

import numpy as np
import pytest
import soundfile

from tests.engine.commands.command_line import HOSTILE, run


@pytest.mark.parametrize("given", ["piece.mid", "tone.wav"])
def test_render_plays_a_file_at_a_safe_level(folder, given, capsys):
    assert run("render", given, "--out", "x.wav") == 0
    samples, sample_rate = soundfile.read(folder / "x.wav")
    assert sample_rate in (44_100, 48_000) and 0.01 < np.abs(samples).max() <= 10 ** (-3 / 20) + 1e-4
    assert "x.wav: " in capsys.readouterr().out


def test_silence_is_named(folder, capsys):
    soundfile.write(folder / "silent.wav", np.zeros(8_000, dtype=np.float32), 8_000)
    assert run("render", "silent.wav", "--out", "x.wav") == 0
    assert "This is silent" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        *[(f"render {name} --out x.wav", name) for name in HOSTILE],
        ("render piece.mid --out x.mid", "must end in .wav"),
        ("render piece.mid --out missing/x.wav", "missing does not exist: make it first"),
    ],
)
def test_what_cannot_be_played_is_one_line(refusal, words, message):
    assert message in refusal(words)
