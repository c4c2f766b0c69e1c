"""What is read from a visitor's file before a model goes on from it."""

import numpy as np
import pytest
import soundfile
import torch

from engine.errors import UnreadableFileError
from engine.pieces.piece import READERS, read_piece, read_prime
from engine.representations import REPRESENTATIONS
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from tests.engine.notes.raw_midi import midi_file, note

ROLL, SPEECH = PianoRoll(21, 88, 1), Waveform(8_000, 0.0, 0.1)


def given(folder, data: bytes, name: str = "given.mid"):
    (folder / name).write_bytes(data)
    return folder / name


def test_every_representation_has_its_reader():
    assert READERS.keys() == REPRESENTATIONS.keys()


def test_a_piece_is_read_whole_without_a_word(tmp_path):
    piece = read_piece(given(tmp_path, midi_file(note(60, 480) + note(64, 960))), ROLL)
    expected = torch.zeros(3, 88)
    expected[0, 60 - 21] = expected[1:, 64 - 21] = 1
    assert torch.equal(piece.frames, expected) and piece.report == ""


@pytest.mark.parametrize(
    ("track", "report"),
    [
        (note(60, 480) + note(62, 10), "1 notes read; left out: 1 too short for a frame."),
        (note(60, 480) + note(120, 480), "1 notes read; left out: 1 outside the keyboard."),
        (note(60, 480) + note(38, 480, channel=9), "1 notes read; left out: 1 of drums."),
    ],
)
def test_what_is_left_out_is_said(tmp_path, track, report):
    """Drums were once left out without a word where all pitched notes were kept."""
    assert read_piece(given(tmp_path, midi_file(track)), ROLL).report == report


def test_a_recording_is_resampled_and_standardised(tmp_path):
    tone = (0.3 * np.sin(2 * np.pi * 200 * np.arange(16_000) / 16_000)).astype(np.float32)
    soundfile.write(tmp_path / "given.wav", tone, 16_000, "FLOAT")
    piece = read_piece(tmp_path / "given.wav", SPEECH)
    assert piece.frames.shape == (800, 10) and piece.report == ""
    torch.testing.assert_close(piece.frames[200:600].std() / 3, torch.tensor(0.5**0.5), rtol=1e-3, atol=0)


@pytest.mark.parametrize(
    ("data", "representation", "message"),
    [
        (b"RIFF....WAVE", ROLL, "is not a MIDI file, whatever its extension says"),
        (b"", ROLL, "is empty"),
        (b"", SPEECH, "is empty"),
        (midi_file(note(60, 10)), ROLL, "no note is left"),
        (midi_file(b""), ROLL, "holds no notes"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path, data, representation, message):
    with pytest.raises(UnreadableFileError, match=message):
        read_piece(given(tmp_path, data), representation)


def test_less_than_a_frame_is_too_short(tmp_path):
    soundfile.write(tmp_path / "given.wav", np.zeros(9, dtype=np.float32), 8_000)
    with pytest.raises(UnreadableFileError, match=r"given.wav is shorter than one frame: give a longer one"):
        read_piece(tmp_path / "given.wav", SPEECH)


@pytest.mark.parametrize("representation", [ROLL, SPEECH])
def test_no_file_is_named(tmp_path, representation):
    with pytest.raises(UnreadableFileError, match="nowhere"):
        read_piece(tmp_path / "nowhere.mid", representation)


@pytest.mark.parametrize(
    ("lowest", "up"),
    [(60, 12), (67, 12), (69, 0), (72, 0), (90, 0), (98, 0)],
    ids=["as it is heard", "just so", "as the corpus is written", "likewise", "higher", "no place above"],
)
def test_a_beginning_stands_as_the_corpus_is_written_or_as_it_is_heard(tmp_path, lowest, up):
    """A draw that was taken home an octave lower, as it was heard, would begin the next one at the wrong
    height, and be heard two octaves lower."""
    path = tmp_path / "a.mid"
    path.write_bytes(midi_file(b"".join(note(lowest + step, 480) for step in (0, 2, 4, 5))))
    frames = read_piece(path, ROLL).frames
    prime = read_prime(path, ROLL, -12, 76.0).frames
    assert torch.equal(prime, ROLL.transpose(frames, up))
    assert torch.equal(read_prime(path, ROLL, 0, 76.0).frames, frames)
    assert torch.equal(read_prime(path, ROLL, -12, None).frames, frames)
