"""``python -m engine render``: a file made audible."""

import numpy as np
import pytest
import soundfile

from engine.rendering.synthesis import TAIL_SECONDS
from tests.engine.commands.command_line import HOSTILE, run
from tests.engine.notes.raw_midi import midi_file, note, tempo


@pytest.mark.parametrize("name", ["piece.mid", "tone.wav"])
def test_render_plays_a_file_at_a_safe_level(folder, name, capsys):
    assert run("render", name, "--out", "x.wav") == 0
    samples, sample_rate = soundfile.read(folder / "x.wav")
    assert sample_rate in (44_100, 48_000) and 0.01 < np.abs(samples).max() <= 10 ** (-3 / 20) + 1e-4
    assert "x.wav: " in capsys.readouterr().out


def test_a_file_is_played_at_its_own_tempos_unless_told_otherwise(folder, capsys):
    """A quarter at 60 a minute and four at 240: two seconds; all were played at 100 once."""
    slow_then_fast = tempo(1_000_000) + note(60, 480) + tempo(250_000) + note(62, 480) * 4
    drums = note(36, 60, channel=9) * 3
    (folder / "own.kar").write_bytes(midi_file(slow_then_fast, drums))
    seconds = []
    for flags in ([], ["--tempo", "100"], ["--tempo", "300"]):
        assert run("render", "own.kar", "--out", "x.wav", *flags) == 0
        seconds.append(soundfile.info(folder / "x.wav").duration - TAIL_SECONDS)
        assert "left out: 3 drum notes" in capsys.readouterr().err
    assert seconds == pytest.approx([2.0, 3.0, 1.0], abs=0.01)


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
