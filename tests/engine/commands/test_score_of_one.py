"""``python -m engine score`` of one model: its figures."""

import json

import numpy as np
import pytest

from engine.scoring.likelihood import log_likelihood
from tests.engine.commands.command_line import HOSTILE, ROLL, frames_in, run
from tests.engine.notes.raw_midi import midi_file, note
from tests.engine.small_models import published


def test_score_prints_one_object(folder, capsys):
    assert run("score", "tiny-gru", "piece.mid", "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures.keys() == {"num_frames", "nats_per_frame", "transposed_semitones"}
    model, _ = published(folder / "again")
    frames = frames_in(folder / "piece.mid")
    moved = [
        log_likelihood(model, ROLL.transpose(frames, semitones).unsqueeze(0)).nats_per_frame
        for semitones in range(-6, 6)
    ]
    assert figures["num_frames"] == 6
    assert figures["nats_per_frame"] == pytest.approx(min(moved))
    assert figures["transposed_semitones"] == range(-6, 6)[int(np.argmin(moved))]


def test_score_of_speech_counts_steps_and_samples(folder, capsys):
    assert run("score", "tiny-speech", "tone.wav", "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    counts, means = {"num_steps", "num_samples"}, {"nats_per_step", "nats_per_sample", "bits_per_sample"}
    assert figures.keys() == counts | means
    assert (figures["num_steps"], figures["num_samples"]) == (800, 8_000)
    assert figures["nats_per_step"] == pytest.approx(10 * figures["nats_per_sample"])


def test_score_for_people_has_a_line_for_each_figure(folder, capsys):
    assert run("score", "tiny-gru", "piece.mid") == 0
    keys = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert keys == ["num_frames", "nats_per_frame", "transposed_semitones"]


def test_what_was_left_out_is_named(folder, capsys):
    (folder / "drums.mid").write_bytes(midi_file(note(60, 480) + note(38, 480, channel=9)))
    assert run("score", "tiny-gru", "drums.mid", "--json") == 0
    assert "left out: 1 of drums" in capsys.readouterr().err


def test_a_changed_weight_file_is_refused(folder, capsys):
    path = folder / "checkpoints" / "tiny-gru" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x55")
    assert run("score", "tiny-gru", "piece.mid") == 1
    assert "is not the file its card names (sha256 differs)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "file_name"),
    [
        *[(f"score tiny-gru {name}", name) for name in HOSTILE],
        *[(f"score tiny-speech {name}", name) for name in ("empty.mid", "random.mid", "fake.wav")],
    ],
)
def test_what_cannot_be_scored_is_one_line(refusal, words, file_name):
    assert file_name in refusal(words)
