"""Reading MIDI: exact ticks, what is odd and yet good, and everything hostile."""

import pickle
import random

import pytest

from engine.errors import UnreadableFileError
from engine.notes import midi_file as reading
from engine.notes.midi_file import read_notes
from engine.notes.notes import Note
from tests.engine.notes.raw_midi import BAD_KEY, END_OF_TRACK, meta, midi_file, note, number, tempo


def test_notes_keep_their_ticks():
    music = read_notes(midi_file(note(60, 480) + note(64, 100, rest=20), division=480))
    assert music.resolution == 480
    assert music.notes == (Note(0, 480, 60), Note(500, 600, 64))


def test_ticks_are_exact_whatever_the_tempo_does():
    """In seconds, notes of very slow and then very fast music merge: 16 s a quarter, then 1 µs."""
    rng = random.Random(0)
    track, expected, tick = b"", [], 0
    for _ in range(300):
        pitch, rest, ticks = rng.randrange(128), rng.randrange(5), rng.randrange(1, 4000)
        track += tempo(rng.choice([1, 7, 333_333, 16_777_215])) + note(pitch, ticks, rest)
        expected.append(Note(tick + rest, tick + rest + ticks, pitch))
        tick += rest + ticks
    for division in (1, 96, 1009, 32_767):
        if tick <= reading.MAX_MIDI_QUARTERS * division:
            assert read_notes(midi_file(track, division=division)).notes == tuple(sorted(expected))


def test_tempo_and_metre_on_later_tracks_are_no_warning():
    conductor = tempo(400_000) + meta(0x58, b"\x06\x03\x18\x08")
    assert read_notes(midi_file(note(60, 480), conductor + note(64, 480))).notes == (
        Note(0, 480, 60),
        Note(0, 480, 64),
    )


@pytest.mark.parametrize("damage", [tempo(0), meta(0x58, b"\x00\x00\x00\x00"), meta(0x01, b"\xff" * 20)])
def test_senseless_tempo_metre_and_text_do_no_harm(damage):
    assert read_notes(midi_file(damage + note(60, 480))).notes == (Note(0, 480, 60),)


def test_drums_are_counted_and_left_out():
    music = read_notes(midi_file(note(60, 480), note(36, 10, channel=9) * 3))
    assert (len(music.notes), music.num_drum_notes) == (1, 3)


def test_what_is_not_used_may_be_wrong():
    """A key that does not exist, a long text, a controller's value beyond 127: such files were refused."""
    plain = read_notes(midi_file(note(60, 480)))
    for odd in (
        BAD_KEY,
        meta(0x01, "日本語".encode() * 13),
        meta(0x58, b"\x01"),
        b"\x00\xb0\x07\xff",
        b"\x00\xc0\xff",
        b"\x00\xf0\x03\xff\xff\xf7",
    ):
        assert read_notes(midi_file(odd + note(60, 480))) == plain


GOOD = midi_file(note(60, 480))
RANDOM = random.Random(0).randbytes(4000)
LONG = number(2**31)
HOSTILE = {
    "empty": (b"", "is empty"),
    "header only": (b"MThd", "cut off"),
    "truncated": (GOOD[:-6], "cut off"),
    "a track is missing": (GOOD[:11] + b"\x02" + GOOD[12:], "cut off"),
    "random": (RANDOM, "does not|not a MIDI file"),
    "random after the header": (GOOD[:14] + RANDOM, "cut off"),
    "random in a track": (midi_file(RANDOM), "export it again|damaged"),
    "cut off between two events": (midi_file(note(60, 480) + note(62, 480))[:-8], "cut off"),
    "pickle": (pickle.dumps({"notes": [1]}), "not a MIDI file"),
    "zero notes": (midi_file(b""), "no notes"),
    "zero notes, bad key": (midi_file(BAD_KEY), "no notes"),
    "no tracks": (midi_file(), "no notes"),
    "drums only": (midi_file(note(36, 9, channel=9)), "only drums"),
    "film frames": (midi_file(note(60, 9), division=-6136), "SMPTE"),
    "resolution 0": (midi_file(note(60, 9), division=0), "0 ticks per quarter"),
    "2^31 ticks": (midi_file(note(60, 2**31)), "a number that does not end"),
    "2^28 ticks": (midi_file(note(60, 2**28 - 1)), "559,240 quarter notes"),
    "a pitch of 200": (midi_file(b"\x00\x90\xc8\x40"), "a note of the pitch 200"),
    "a number where a message should be": (midi_file(b"\x00\x40\x40"), "where a message should begin"),
    "10 hours": (midi_file(note(60, 72_000 * 24), division=24), "72,000 quarter notes"),
    "10 hours, bad key": (midi_file(BAD_KEY + note(60, 72_000 * 24), division=24), "72,000 quarter notes"),
    "too many notes": (
        midi_file(b"\x00\x90\x40\x40" + b"\x01\x40\x00\x01\x40\x40" * 100_001),
        "100,002 notes",
    ),
    "too large": (midi_file(meta(1, b"a") * 300_000), "larger than"),
    "a number without end": (midi_file(b"\xff" * 900_000), "does not end"),
    "a message of 256 MiB": (midi_file(b"\x00\xf0\xff\xff\xff\x7f" + bytes(100), ended=False), "cut off"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gives_one_sentence_that_says_what_to_do(name, tmp_path):
    data, match = HOSTILE[name]
    path = tmp_path / "song.mid"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=match) as refusal:
        read_notes(path)
    assert str(refusal.value).startswith("song.mid ")
    assert "\n" not in str(refusal.value)


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path, tmp_path / "none.mid"):
        with pytest.raises(UnreadableFileError, match="check the path"):
            read_notes(path)


def test_any_damage_of_a_good_file_is_read_or_refused():
    """No byte of a file, whatever its value, makes anything but notes or a refusal."""
    rng = random.Random(1)
    good = midi_file(tempo(500_000) + note(60, 480) + note(62, 240) + END_OF_TRACK)
    refused = 0
    for _ in range(25):
        bad = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            bad[rng.randrange(14, len(bad))] = rng.randrange(256)
        try:
            assert read_notes(bytes(bad)).notes
        except UnreadableFileError:
            refused += 1
    assert 0 < refused < 25
