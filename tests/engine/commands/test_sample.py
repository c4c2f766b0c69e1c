"""``python -m engine sample``: the engine's draws, as files."""

import io

import numpy as np
import pytest
import soundfile
import torch

from engine.checkpoints.checkpoint import save
from engine.endings.ending import Ending
from engine.endings.signs import NUM_SIGNS
from engine.notes.midi_bytes import midi_bytes
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample
from tests.engine.commands.command_line import ROLL, frames_in, run
from tests.engine.small_models import published, randomise


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
    first, again, other = ((folder / name).read_bytes() for name in ("one.wav", "two.wav", "three.wav"))
    assert first == again != other
    with soundfile.SoundFile(io.BytesIO(first)) as file:
        assert (file.format, file.subtype) == ("WAV", "PCM_16")
        assert file.channels == (1 if "tiny-speech" in arguments else 2)
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
    piece, longer = frames_in(folder / "piece.mid"), frames_in(folder / "x.mid")
    model, _ = published(folder / "again")
    expected = torch.stack(list(sample(model, SamplingOptions(30), piece)))
    assert torch.equal(longer, torch.cat((piece, expected)))


def test_a_corpus_that_is_played_lower_is_so_in_both_files_and_is_gone_on_with_where_it_was(folder, capsys):
    """A draw that was downloaded as it was heard can be continued as if it had never left."""
    higher = torch.zeros(6, 88)
    higher[:, 51], higher[2:, 58] = 1, 1  # piece.mid, an octave above
    model, _ = published(folder / "checkpoints", name="low-gru", played_semitones=-12, mean_pitch=75.0)
    drawn = torch.stack(list(sample(model, SamplingOptions(24), higher)))
    midi = midi_bytes(ROLL.decode(torch.cat((higher, drawn))).transposed(-12))
    arguments = ("sample", "low-gru", "--frames", "24", "--prime", "piece.mid", "--out")
    assert run(*arguments, "x.mid") == 0
    assert capsys.readouterr().out.endswith("; played an octave lower than the corpus is written\n")
    assert (folder / "x.mid").read_bytes() == midi
    assert run(*arguments, "x.wav") == run("render", "x.mid", "--out", "again.wav") == 0
    assert (folder / "x.wav").read_bytes() == (folder / "again.wav").read_bytes()


def test_randomised_weights_are_other_weights(folder):
    """A guard for the tests above: the tiny models do not ignore their weights."""
    model, _ = published(folder / "again")
    before = torch.stack(list(sample(model, SamplingOptions(20))))
    assert not torch.equal(before, torch.stack(list(sample(randomise(model, 8), SamplingOptions(20)))))


@pytest.mark.parametrize(
    ("words", "message"),
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
    ],
)
def test_what_cannot_be_drawn_is_one_line(refusal, words, message):
    assert message in refusal(words)


def test_a_draw_until_the_end_is_the_beginning_of_the_longer_one(folder, capsys):
    ending = Ending.of_numbers(np.array([-3.0] + [0.0] * NUM_SIGNS), 300)
    model, card = published(folder / "again")
    save(model, card.model_copy(update={"ending": ending}), {}, folder / "checkpoints", replace=True)
    assert run("sample", "tiny-gru", "--until-end", "--seed", "7", "--out", "x.mid") == 0
    frames, said = frames_in(folder / "x.mid"), capsys.readouterr().out
    assert 1 < len(frames) < 200 and said.endswith("seed 7, temperature 1\n")
    assert torch.equal(frames, torch.stack(list(sample(model, SamplingOptions(len(frames), 7)))))
    assert run("sample", "tiny-gru", "--until-end", "--frames", "1", "--seed", "7", "--out", "x.mid") == 0
    assert "stopped before the piece came to its end" in capsys.readouterr().out


def test_where_no_end_is_known_none_can_be_asked_for(refusal):
    assert "does not know when a piece ends" in refusal("sample tiny-gru --until-end --out x.mid")
    assert "--until-end is for music" in refusal("sample tiny-speech --until-end --out x.wav")
