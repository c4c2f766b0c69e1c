"""``python -m engine`` as a person uses it, on tiny checkpoints."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import torch

from engine.__main__ import main
from engine.checkpoints.checkpoint import CARD
from engine.notes.midi_bytes import midi_bytes
from engine.notes.midi_file import read_notes
from engine.representations import REPRESENTATIONS
from engine.sampling.sample import SamplingOptions, sample
from engine.scoring.likelihood import log_likelihood
from engine.whole_file import write_whole
from tests.engine.notes.raw_midi import midi_file, note
from tests.engine.small_models import UNITS, published, randomise

ROLL = REPRESENTATIONS["piano_roll"](**UNITS["piano_roll"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder: one music and one speech checkpoint, a piece and a recording."""
    monkeypatch.chdir(tmp_path)
    published(tmp_path / "checkpoints")
    published(tmp_path / "checkpoints", "waveform", "tiny-speech")
    frames = torch.zeros(6, 88)
    frames[:, 39], frames[2:, 46] = 1, 1
    write_whole(tmp_path / "piece.mid", midi_bytes(ROLL.decode(frames)))
    tone = (0.3 * np.sin(np.arange(8_000) / 5)).astype(np.float32)
    soundfile.write(tmp_path / "tone.wav", tone, 8_000, "PCM_16")
    return tmp_path


def run(*arguments: str) -> int:
    """A command in the folder with the tiny checkpoints."""
    return main([*arguments, *([] if arguments[0] == "render" else ["--checkpoints", "checkpoints"])])


def frames_in(path) -> torch.Tensor:
    return ROLL.encode(read_notes(path)).frames


def test_list_names_the_models_with_their_figures(folder, capsys):
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["tiny-gru", "tiny-speech"]
    assert all("4 gru units, A corpus; test: nats_per_frame 8.500" in line for line in lines)


def test_list_names_a_damaged_checkpoint_beside_the_sound_ones(folder, capsys):
    """One bad card once hid every checkpoint after it."""
    (folder / "checkpoints" / "tiny-gru" / CARD).write_text("{}")
    assert run("list") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("tiny-speech") and "error: the card of 'tiny-gru' cannot be used" in shown.err


def test_a_draw_into_midi_is_that_of_the_engine(folder, capsys):
    assert run("sample", "tiny-gru", "--frames", "40", "--seed", "7", "--out", "x.mid") == 0
    assert capsys.readouterr().out.endswith("x.mid: 40 frames sampled, seed 7, temperature 1\n")
    model, _ = published(folder / "again")
    expected = torch.stack(list(sample(model, SamplingOptions(40, 7))))
    assert torch.equal(frames_in(folder / "x.mid"), expected)


@pytest.mark.parametrize(
    "arguments",
    [
        ("tiny-gru", "--frames", "12", "--out"),
        ("tiny-speech", "--seconds", "0.2", "--out"),
        ("tiny-gru", "--frames", "12", "--prime", "piece.mid", "--out"),
        ("tiny-speech", "--frames", "20", "--prime", "tone.wav", "--out"),
    ],
)
def test_the_same_seed_gives_the_same_file_and_another_another(folder, arguments):
    for out, seed in (("one.wav", "7"), ("two.wav", "7"), ("three.wav", "8")):
        assert run("sample", *arguments, out, "--seed", seed) == 0
    one, two, three = ((folder / name).read_bytes() for name in ("one.wav", "two.wav", "three.wav"))
    assert one == two != three
    with soundfile.SoundFile(io.BytesIO(one)) as file:
        assert (file.format, file.subtype, file.channels) == ("WAV", "PCM_16", 1)
        assert file.samplerate in (44_100, 48_000) and file.frames > 0


def test_seconds_count_what_is_sampled_and_the_prime_stands_before_it(folder):
    for name, arguments, seconds in (
        ("default.wav", (), 3.0),
        ("short.wav", ("--seconds", "0.5"), 0.5),
        ("primed.wav", ("--seconds", "0.5", "--prime", "tone.wav"), 1.5),
        ("frames.wav", ("--frames", "100"), 0.125),
    ):
        assert run("sample", "tiny-speech", *arguments, "--out", name) == 0
        assert soundfile.info(folder / name).duration == pytest.approx(seconds, abs=1e-4)


def test_a_draw_that_continues_a_piece_begins_with_it(folder):
    assert run("sample", "tiny-gru", "--frames", "30", "--prime", "piece.mid", "--out", "x.mid") == 0
    piece, found = frames_in(folder / "piece.mid"), frames_in(folder / "x.mid")
    model, _ = published(folder / "again")
    expected = torch.stack(list(sample(model, SamplingOptions(30), piece)))
    assert torch.equal(found, torch.cat((piece, expected)))


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


@pytest.mark.parametrize("given", ["piece.mid", "tone.wav"])
def test_render_plays_a_file_at_a_safe_level(folder, given, capsys):
    assert run("render", given, "--out", "x.wav") == 0
    samples, sample_rate = soundfile.read(folder / "x.wav")
    assert sample_rate in (44_100, 48_000) and 0.01 < np.abs(samples).max() <= 10 ** (-3 / 20) + 1e-4
    assert "x.wav: " in capsys.readouterr().out


def test_what_was_left_out_and_silence_are_named(folder, capsys):
    (folder / "drums.mid").write_bytes(midi_file(note(60, 480) + note(38, 480, channel=9)))
    assert run("score", "tiny-gru", "drums.mid", "--json") == 0
    assert "left out: 1 of drums" in capsys.readouterr().err
    soundfile.write(folder / "silent.wav", np.zeros(8_000, dtype=np.float32), 8_000)
    assert run("render", "silent.wav", "--out", "x.wav") == 0
    assert "This is silent" in capsys.readouterr().err


HOSTILE = {
    "empty.mid": b"",
    "random.mid": bytes(range(256)),
    "cut.mid": midi_file(note(60, 480))[:-6],
    "long.mid": midi_file(note(60, 2**31 - 1)),
    "none.mid": midi_file(b""),
    "fake.wav": b"RIFF but no sound",
}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("sample tiny-gur --out x.mid", "unknown checkpoint 'tiny-gur'; known: tiny-gru"),
        ("sample tiny-gru --out x.mp3", "must end in .mid or .midi or .wav"),
        ("sample tiny-gru --out missing/x.mid", "missing does not exist: make it first"),
        ("sample tiny-speech --seconds 0.1 --out x.mid", "speech has no notes"),
        ("sample tiny-gru --frames 0 --out x.mid", "num_frames=0 must be between 1 and"),
        ("sample tiny-gru --frames -5 --out x.mid", "num_frames=-5"),
        ("sample tiny-gru --frames 100001 --out x.mid", "num_frames=100001"),
        ("sample tiny-gru --seconds 3 --out x.mid", "say --frames for music"),
        ("sample tiny-speech --frames 9 --seconds 3 --out x.wav", "not both"),
        ("sample tiny-speech --seconds 0 --out x.wav", "--seconds 0 must be above 0"),
        ("sample tiny-speech --seconds -3 --out x.wav", "--seconds -3 must be"),
        ("sample tiny-speech --seconds nan --out x.wav", "--seconds nan must be"),
        ("sample tiny-speech --seconds inf --out x.wav", "--seconds inf must be"),
        ("sample tiny-gru --seed -1 --out x.mid", "seed=-1"),
        ("sample tiny-gru --temperature 9 --out x.mid", "temperature=9.0"),
        ("sample tiny-gru --tempo 1 --out x.mid", "quarters_per_minute=1.0"),
        ("sample tiny-gru --program 300 --out x.mid", "program=300"),
        ("sample tiny-gru --prime nowhere.mid --out x.mid", "there is no file"),
        ("sample tiny-gru --prime tone.wav --out x.mid", "tone.wav is not a MIDI file"),
        *[(f"score tiny-gru {name}", name) for name in HOSTILE],
        *[(f"score tiny-speech {name}", name) for name in ("empty.mid", "random.mid", "fake.wav")],
        *[(f"render {name} --out x.wav", name) for name in HOSTILE],
        ("render piece.mid --out x.mid", "must end in .wav"),
        ("render piece.mid --out missing/x.wav", "missing does not exist: make it first"),
        ("list", "there is no checkpoint in"),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_exit_1(folder, capsys, arguments, message):
    for name, data in HOSTILE.items():
        (folder / name).write_bytes(data)
    if arguments == "list":
        (folder / "checkpoints").rename(folder / "elsewhere")
    before = {path.name for path in folder.iterdir()}
    assert run(*arguments.split()) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("error: ") and shown.err.count("\n") == 1 and message in shown.err
    assert shown.out == "" and {path.name for path in folder.iterdir()} == before


def test_a_changed_weight_file_is_refused(folder, capsys):
    path = folder / "checkpoints" / "tiny-gru" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x55")
    assert run("score", "tiny-gru", "piece.mid") == 1
    assert "is not the file its card names (sha256 differs)" in capsys.readouterr().err


def test_the_program_runs_from_any_folder(folder, project_folder):
    """As above, in a process of its own."""
    words = ("score", "tiny-gru", "piece.mid", "--checkpoints", "checkpoints", "--json")
    ended = subprocess.run(
        [sys.executable, "-m", "engine", *words],
        env={**os.environ, "PYTHONPATH": str(project_folder)},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "") and json.loads(ended.stdout)["num_frames"] == 6


def test_an_unknown_option_shows_the_usage(folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        run("list", "--bogus")
    assert "usage:" in capsys.readouterr().err


def test_randomised_weights_are_other_weights(folder):
    """A guard of the tests above: the tiny models do not ignore their weights."""
    model, _ = published(folder / "again")
    before = torch.stack(list(sample(model, SamplingOptions(20))))
    assert not torch.equal(before, torch.stack(list(sample(randomise(model, 8), SamplingOptions(20)))))
