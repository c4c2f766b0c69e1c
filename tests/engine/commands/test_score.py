"""``python -m engine score`` of one, several and all models; figures of one are in test_score_of_one.py."""

import json

import numpy as np
import pytest
import soundfile

from engine.__main__ import main
from engine.checkpoints.checkpoint import CARD_FILE, available, save
from engine.models.model_spec import build_model
from engine.pieces.piece import representation_of
from engine.representations import REPRESENTATIONS
from tests.engine.notes.raw_midi import midi_file, note
from tests.engine.small_models import UNITS, card_of, published, randomise

PIECE = midi_file(b"".join(note(pitch, 480) for pitch in (60, 62, 64)) + note(65, 200), note(48, 1920))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two models on a grid of quarters, one on eighths, one of speech; a piece and a recording."""
    monkeypatch.chdir(tmp_path)
    models = tmp_path / "checkpoints"
    published(models)
    published(models, "waveform", "tiny-speech")
    eighths(models, "tiny-eighths")
    published(models, name="other-gru")
    (tmp_path / "piece.mid").write_bytes(PIECE)
    soundfile.write(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(8_000) / 5), 8_000, "PCM_16")
    return tmp_path


def eighths(models, name: str) -> None:
    frames = REPRESENTATIONS["piano_roll"](**{**UNITS["piano_roll"], "frames_per_quarter": 2})
    spec = {
        "cells": [{"name": "gru", "input_size": 88, "hidden_size": 4}],
        "head": {"name": "bernoulli", "hidden_size": 4, "frame_size": 88},
    }
    model = randomise(build_model(spec), 5)
    save(model, card_of(model, name, spec, frames), {}, models)


def run(words: str) -> int:
    return main(["score", *words.split(), "--checkpoints", "checkpoints"])


def answer(capsys, words: str) -> dict:
    assert run(f"{words} --json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_file_alone_is_scored_under_every_model_of_its_kind(folder, capsys):
    scored = answer(capsys, "piece.mid")
    names = [model["checkpoint"] for model in scored["models"]]
    assert scored["file"] == "piece.mid" and scored["problems"] == []
    assert names[0] == "tiny-eighths" and set(names[1:]) == {"tiny-gru", "other-gru"}
    assert [model["frame"] for model in scored["models"]] == ["an eighth note", *["a quarter note"] * 2]
    assert [model["num_frames"] for model in scored["models"]] == [8, 4, 4]
    for model in scored["models"]:
        alone = answer(capsys, f"{model['checkpoint']} piece.mid")
        assert alone == {key: model[key] for key in alone}


def test_of_several_that_are_named_the_best_comes_first(folder, capsys):
    for words in ("piece.mid tiny-gru other-gru", "other-gru tiny-gru piece.mid"):
        assert run(words) == 0
        shown = capsys.readouterr()
        heading, *rows = shown.out.splitlines()
        assert heading == "nats per frame; 4 frames, each a quarter note"
        figures = [float(row.split()[1]) for row in rows]
        assert len(rows) == 2 and figures == sorted(figures) and rows[0].endswith("semitones")
        assert "1 of 2: " in shown.err and "left out: 1 too short for a frame" in shown.err


def test_sound_is_scored_by_models_of_sound(folder, capsys):
    scored = answer(capsys, "tone.wav")
    (model,) = scored["models"]
    assert model["checkpoint"] == "tiny-speech" and model["frame"] == "10 samples at 8 kHz"
    assert 0 < model["bits_per_sample"] < 200 and model["num_steps"] == 800
    assert run("tone.wav") == 0
    assert "bits per sample; 8,000 samples at 8 kHz" in capsys.readouterr().out


def test_each_frame_is_given_to_programs_that_ask(folder, capsys):
    alone = answer(capsys, "tiny-gru piece.mid --per-frame")
    assert len(alone["nats"]) == alone["num_frames"]
    assert np.mean(alone["nats"]) == pytest.approx(alone["nats_per_frame"], abs=1e-5)
    several = answer(capsys, "piece.mid --per-frame")["models"]
    assert [len(model["nats"]) for model in several] == [8, 4, 4]
    speech = answer(capsys, "tone.wav tiny-speech --per-frame")
    assert len(speech["bits"]) == len(speech["nats"]) == 800
    assert np.mean(speech["bits"]) == pytest.approx(speech["bits_per_sample"], abs=1e-5)


def test_a_damaged_model_is_named_beside_what_the_others_think(folder, capsys):
    (folder / "checkpoints" / "other-gru" / CARD_FILE).write_text("{}")
    scored = answer(capsys, "piece.mid")
    assert len(scored["models"]) == 2 and "other-gru" in scored["problems"][0]
    assert run("piece.mid") == 1
    shown = capsys.readouterr()
    assert "tiny-gru" in shown.out and "error: the card of 'other-gru'" in shown.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("piece.mid --per-frame", "--per-frame needs --json"),
        ("tiny-gru", "name the file that is to be scored"),
        ("nowhere.mid", "there is no file"),
        ("nowhere.wav", "nowhere.wav is not a file"),
        ("tiny-gru nowhere.mid", "there is no file"),
        ("nowhere.mid tiny-gur", "unknown checkpoint 'tiny-gur'"),
        ("piece.mid tone.wav", "score takes one file, not 2: run it once for each"),
        ("tiny-gur piece.mid", "unknown checkpoint 'tiny-gur'"),
        ("piece.mid tiny-gru tiny-gur", "unknown checkpoint 'tiny-gur'"),
        ("piece.mid tiny-gru tiny-gru", "name each model only once"),
        ("piece.mid tiny-gru tiny-speech", "piece.mid holds notes"),
        ("tone.wav tiny-gru", "tone.wav is not a MIDI file"),
        ("silent.mid", "silent.mid holds no notes"),
        ("dot.wav", "dot.wav is shorter than one frame"),
        ("long.wav", "long.wav lasts 30.0 min or more but at most 10 min are read"),
    ],
)
def test_what_cannot_be_scored_is_one_line(folder, capsys, words, message):
    (folder / "silent.mid").write_bytes(midi_file(b""))
    soundfile.write(folder / "dot.wav", np.zeros(5), 8_000, "PCM_16")
    soundfile.write(folder / "long.wav", np.zeros(30 * 60 * 8_000, dtype=np.int16), 8_000, "PCM_16")
    assert run(words) == 1
    shown = capsys.readouterr()
    errors = [line for line in shown.err.splitlines() if not line[:1].isdigit()]
    assert shown.out == "" and len(errors) == 1
    assert errors[0].startswith("error: ") and message in errors[0]


def test_without_a_model_for_it_a_file_cannot_be_scored(folder, capsys):
    for name in available(folder / "checkpoints"):
        if name != "tiny-speech":
            (folder / "checkpoints" / name).rename(folder / name)
    assert run("piece.mid") == 1
    assert "there is no model for such a file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.mid", b"", "piano_roll"),
        ("x.MIDI", b"RIFF", "piano_roll"),
        ("x.dat", midi_file(note(60, 480)), "piano_roll"),
        ("x.wav", b"RIFF", "waveform"),
        ("x", b"", "waveform"),
    ],
)
def test_a_file_is_notes_by_its_name_or_by_how_it_begins(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content)
    assert representation_of(tmp_path / name) == kind
    assert representation_of(tmp_path / "missing") == "waveform"


@pytest.mark.parametrize("moved", [-19, -6, 5, 12])
def test_a_tune_has_one_figure_in_whatever_key_it_is_written(folder, capsys, moved):
    """One tune once had 4.416 and 4.599 nats: the keys that are tried were counted from the file's own."""
    transposed = midi_file(
        b"".join(note(pitch + moved, 480) for pitch in (60, 62, 64)), note(48 + moved, 1440)
    )
    (folder / "plain.mid").write_bytes(
        midi_file(b"".join(note(pitch, 480) for pitch in (60, 62, 64)), note(48, 1440))
    )
    (folder / "moved.mid").write_bytes(transposed)
    here, there = (answer(capsys, f"{name}.mid")["models"] for name in ("plain", "moved"))
    assert [model["checkpoint"] for model in there] == [model["checkpoint"] for model in here]
    for unmoved, shifted in zip(here, there, strict=True):
        assert shifted["nats_per_frame"] == unmoved["nats_per_frame"]
        assert shifted["transposed_semitones"] == unmoved["transposed_semitones"] - moved
