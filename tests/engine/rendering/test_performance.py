"""Frames as they are heard and downloaded."""

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.notes.midi_file import read_notes
from engine.rendering.performance import PERFORMERS, Performance, perform, perform_midi
from engine.representations import REPRESENTATIONS
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from engine.sound.audio import PLAYBACK_SAMPLE_RATES

ROLL, SPEECH = PianoRoll(21, 88, 2), Waveform(8_000, 0.0, 0.1)


def chord(num_frames: int = 4) -> torch.Tensor:
    frames = torch.zeros(num_frames, 88)
    frames[:, [39, 43, 46]] = 1
    return frames


def test_every_representation_has_its_performer():
    assert PERFORMERS.keys() == REPRESENTATIONS.keys()


def test_a_roll_is_heard_at_its_tempo():
    slow, fast = (perform(chord(), ROLL, Performance(tempo)).audio for tempo in (60.0, 240.0))
    assert slow.sample_rate in PLAYBACK_SAMPLE_RATES
    assert slow.duration_seconds - fast.duration_seconds == pytest.approx(2.0 - 0.5, abs=0.01)
    assert 0.05 < slow.peak <= 10 ** (-3 / 20) + 1e-6


def test_its_midi_file_holds_its_notes_tempo_and_instrument():
    data = perform_midi(chord(), ROLL, Performance(120.0, 19))
    assert torch.equal(ROLL.encode(read_notes(data)).frames, chord())
    assert b"\xff\x51\x03" + (500_000).to_bytes(3, "big") in data and b"\xc0\x13" in data


def test_a_waveform_is_heard_as_it_is_and_has_no_notes():
    frames = torch.sin(torch.arange(8_000) / 8).reshape(800, 10)
    playback = perform(frames, SPEECH)
    assert playback.audio.duration_seconds == pytest.approx(1.0) and not playback.is_silent
    with pytest.raises(InvalidValueError, match=r"speech has no notes to write as MIDI: ask for a .wav file"):
        perform_midi(frames, SPEECH)


@pytest.mark.parametrize(
    ("frames", "representation"), [(torch.zeros(8, 88), ROLL), (torch.zeros(800, 10), SPEECH)]
)
def test_silence_is_heard_as_silence(frames, representation):
    playback = perform(frames, representation)
    assert playback.is_silent and playback.audio.peak == 0


def test_a_diverged_model_hurts_nobody():
    """NaN, infinities and huge numbers, as a model draws them whose fit diverged."""
    frames = torch.tensor([torch.nan, torch.inf, -torch.inf, 1e30, -1e30]).repeat(800).reshape(400, 10)
    playback = perform(frames, SPEECH)
    assert np.isfinite(playback.audio.samples).all() and playback.audio.peak <= 10 ** (-3 / 20) + 1e-6
    assert playback.is_clipped and "clipped" in playback.messages[0]


@pytest.mark.parametrize(("tempo", "program"), [(5.0, 0), (1_000.0, 0), (100.0, -1), (100.0, 128)])
def test_a_performance_checks_itself(tempo, program):
    with pytest.raises(InvalidValueError, match=r"quarters_per_minute=|program="):
        Performance(tempo, program)


def test_what_is_played_lower_is_so_in_sound_and_in_midi():
    """The chorales are written an octave above where choirs sing, and were once played there."""
    low = Performance(semitones=-12)
    data = perform_midi(chord(), ROLL, low)
    assert torch.equal(ROLL.encode(read_notes(data)).frames, ROLL.transpose(chord(), -12))
    moved = perform(ROLL.transpose(chord(), -12), ROLL).audio
    np.testing.assert_array_equal(perform(chord(), ROLL, low).audio.samples, moved.samples)


def test_a_pitch_that_would_leave_midi_is_a_sentence():
    frames = torch.zeros(2, 88)
    frames[:, 0] = 1
    with pytest.raises(InvalidValueError, match=r"pitch=-3 must be a MIDI number, 0 to 127"):
        perform_midi(frames, ROLL, Performance(semitones=-24))
