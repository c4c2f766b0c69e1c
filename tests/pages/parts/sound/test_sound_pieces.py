"""Pieces: joined they are the sound, at the level of all that plays."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.rendering.playback import MAX_LOUDNESS_LUFS, MAX_PEAK_DECIBELS, measure_loudness
from engine.sound.audio import Audio, decibels
from pages.parts.sound import sound_pieces
from pages.parts.sound.sound_pieces import HEADROOM, OVERLAP, PIECE_SECONDS, SoundPieces, pieces_of

RATE = 44_100


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder from which browsers would fetch the pieces."""

    def serve(content: bytes, name: str) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    monkeypatch.setattr(sound_pieces, "served_bytes", serve)
    return tmp_path


def voice(seconds: float, amplitude: float = 0.2) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * hertz * times) / number for number, hertz in enumerate((220, 447, 910), 1))
    return (amplitude * tones * (1 + 0.5 * np.sin(9 * times))).astype(np.float32)


def decoded(piece: dict) -> np.ndarray:
    samples, rate = soundfile.read(io.BytesIO(Path(piece["path"]).read_bytes()), dtype="float32")
    assert rate == RATE and len(samples) == round(piece["seconds"] * RATE)
    return samples


def joined(pieces: list[dict]) -> np.ndarray:
    """As the browser does it, but for the crossfades: half of each overlap is the one's, half the other's."""
    overlap = round(OVERLAP * RATE)
    half = overlap // 2
    first, *others = map(decoded, pieces)
    parts = [first, *(part[overlap - half :] for part in others)]
    return np.concatenate([*(part[:-half] for part in parts[:-1]), parts[-1]])


@pytest.mark.parametrize("step", [0.3, 5.0, 40.0])
def test_joined_they_are_the_sound(step):
    samples, sound = voice(21.3), SoundPieces("voice", RATE)
    for part in np.split(samples, range(round(step * RATE), len(samples), round(step * RATE))):
        sound.push(part)
    sound.finish()
    pieces = sound.value["pieces"]
    starts = [piece["start"] for piece in pieces]
    assert (
        starts
        == [sum(PIECE_SECONDS[:place]) for place in range(len(PIECE_SECONDS))] + [16.0][: len(starts) - 5]
    )
    heard = joined(pieces) * 10 ** (HEADROOM / 20)
    assert len(heard) == len(samples)
    assert np.sqrt(np.mean((heard - samples) ** 2)) < 0.1 * np.sqrt(np.mean(samples**2))
    np.testing.assert_array_equal(sound.samples, samples)


def test_a_piece_is_there_before_the_rest():
    sound = SoundPieces("voice", RATE)
    sound.push(voice(0.9))
    assert not sound.pieces
    sound.push(voice(0.3))
    assert len(sound.pieces) == 1 and sound.pieces[0]["seconds"] == pytest.approx(1 + OVERLAP)


@pytest.mark.parametrize("amplitude", [0.2, 0.6, 1.4])
def test_the_gain_brings_it_to_the_level_of_all_that_plays(amplitude):
    """What goes beyond full scale is not clipped: pieces lie below it."""
    sound = SoundPieces("voice", RATE)
    sound.push(voice(9.0, amplitude / 1.9))
    sound.finish()
    heard = joined(list(sound.value["pieces"])) * 10 ** (sound.gain / 20)
    peak = max(1.0, float(np.abs(heard).max()))
    loudness = measure_loudness(Audio((heard / peak).astype(np.float32), RATE))
    loudness += decibels(peak)
    peak = float(np.abs(heard).max())
    assert decibels(peak) < MAX_PEAK_DECIBELS + 0.5 and loudness < MAX_LOUDNESS_LUFS + 0.5
    assert decibels(peak) > MAX_PEAK_DECIBELS - 0.7 or loudness > MAX_LOUDNESS_LUFS - 0.7


def test_a_whole_sound_keeps_its_level():
    audio = Audio(voice(3.0), RATE)
    value = pieces_of(audio, "voice")
    heard = joined(list(value["pieces"])) * 10 ** (value["gain"] / 20)
    assert np.abs(heard - audio.samples).max() < 0.05


def test_a_minute_takes_little_of_a_slow_line():
    pieces = pieces_of(Audio(voice(60.0), RATE), "voice")["pieces"]
    assert sum(Path(piece["path"]).stat().st_size for piece in pieces) < 600_000


def test_what_is_empty_has_no_pieces():
    sound = SoundPieces("nothing", RATE)
    sound.finish()
    assert sound.value["pieces"] == () and len(sound.samples) == 0
