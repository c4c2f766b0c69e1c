"""MIDI files that are odd but valid: each was once refused, or read with notes lost or on top of each other.

Ticks: 480 a quarter note.
"""

import pytest

from engine.notes import Note, is_midi, midi_bytes, read_notes, read_steady_notes
from engine.representations import PianoRoll
from tests.engine.notes.raw_midi import END_OF_TRACK, midi_file, note, number, tempo

ROLL = PianoRoll(21, 88, 2)
TUNE = note(60, 480) + note(62, 480)


def on(pitch: int, rest: int = 0, channel: int = 0) -> bytes:
    return number(rest) + bytes((0x90 | channel, pitch, 64))


def off(pitch: int, rest: int = 0, channel: int = 0) -> bytes:
    return number(rest) + bytes((0x80 | channel, pitch, 0))


def control(controller: int, value: int, channel: int = 0, rest: int = 0) -> bytes:
    return number(rest) + bytes((0xB0 | channel, controller, value))


def program(value: int = 0, channel: int = 0) -> bytes:
    return bytes((0, 0xC0 | channel, value))


def spans(*tracks: bytes) -> list[tuple[int, int, int]]:
    """(pitch, start, end) of each note, in quarter notes."""
    notes = read_notes(midi_file(*tracks)).notes
    return [(note.pitch, note.start_tick // 480, note.end_tick // 480) for note in notes]


def counts(*tracks: bytes) -> tuple[int, int]:
    """How many notes, and how many of drums."""
    music = read_notes(midi_file(*tracks))
    return len(music.notes), music.num_drum_notes


class TestEachNoteOffEndsOneNote:
    def test_a_pitch_struck_again_before_it_was_let_go_is_two_notes(self):
        """One earlier reader ended both at the first note-off, another held both to the last."""
        track = on(60) + on(60, 960) + off(60, 960) + off(60, 1920)
        assert spans(track) == [(60, 0, 4), (60, 2, 8)]
        assert ROLL.encode(read_notes(midi_file(track))).frames[:, 39].sum() == 16

    def test_two_voices_in_unison_are_two_notes(self):
        short, long = on(60) + off(60, 960), on(60, channel=1) + off(60, 3840, channel=1)
        assert spans(short, long) == [(60, 0, 2), (60, 0, 8)]

    def test_of_two_tracks_on_one_channel_each_ends_its_own(self):
        assert spans(on(60) + off(60, 3840), on(60, 960) + off(60, 960)) == [(60, 0, 8), (60, 2, 4)]

    def test_a_note_may_begin_in_one_track_and_end_in_another(self):
        assert spans(on(60), off(60, 960)) == [(60, 0, 2)]

    def test_a_stroke_at_the_tick_of_the_release_is_a_new_note_in_either_order(self):
        assert spans(on(60) + off(60, 480) + on(60) + off(60, 480)) == [(60, 0, 1), (60, 1, 2)]
        assert spans(on(60) + on(60, 480) + off(60) + off(60, 480)) == [(60, 0, 1), (60, 1, 2)]

    def test_an_end_without_a_beginning_is_nothing(self):
        assert spans(off(60) + off(64, 480) + TUNE) == [(60, 1, 2), (62, 2, 3)]


class TestNothingIsLostInSilence:
    def test_what_is_never_let_go_sounds_to_the_end_of_its_track(self):
        chord = b"".join(on(pitch) for pitch in (60, 64, 67, 72))
        assert spans(chord + off(60, 960)) == [(60, 0, 2), (64, 0, 2), (67, 0, 2), (72, 0, 2)]
        assert spans(on(60) + number(480) + END_OF_TRACK[1:], TUNE) == [(60, 0, 1), (60, 0, 1), (62, 1, 2)]

    @pytest.mark.parametrize("all_off", [120, 123, 124, 127])
    def test_a_message_may_end_all_notes_of_its_channel(self, all_off):
        track = on(60) + on(64) + on(67, channel=1) + control(all_off, 0, rest=480) + off(67, 480, channel=1)
        assert spans(track) == [(60, 0, 1), (64, 0, 1), (67, 0, 2)]

    def test_notes_of_no_length_are_counted_as_left_out(self):
        encoded = ROLL.encode(read_notes(midi_file(on(72) + off(72) + TUNE)))
        assert (encoded.report.num_notes, encoded.report.num_too_short, encoded.report.num_kept) == (3, 1, 2)
        assert "left out: 1 too short for a frame" in encoded.report.describe()

    def test_voices_in_unison_are_written_as_two(self):
        """In one track the note-off of one would end the other."""
        music = read_notes(midi_file(on(60) + on(60, 960) + off(60, 960) + off(60, 1920)))
        assert read_notes(midi_bytes(music)).notes == music.notes and len(music.voices) == 2


class TestDrums:
    def test_channel_10_plays_drums_unless_told_otherwise(self):
        assert read_notes(midi_file(TUNE, note(36, 9, channel=9) * 3)).num_drum_notes == 3
        melodic = control(0, 121, 9) + program(0, 9) + note(72, 480, channel=9)
        assert spans(TUNE, melodic) == [(60, 0, 1), (72, 0, 1), (62, 1, 2)]

    @pytest.mark.parametrize("bank", [120, 126, 127])
    def test_a_bank_of_kits_makes_any_channel_one_of_drums(self, bank):
        """Drums on channel 11 in XG files were once read as notes."""
        kit = control(0, bank, 10) + program(0, 10) + note(36, 60, channel=10) * 4
        assert counts(TUNE, kit) == (2, 4)
        notes_again = control(0, 121, 10) + program(0, 10) + note(72, 60, channel=10)
        assert counts(TUNE, kit + notes_again) == (3, 4)

    def test_gs_says_so_by_a_message(self):
        rhythm = b"\x00\xf0\x0a\x41\x10\x42\x12\x40\x1a\x15\x02\x0f\xf7"  # the part of channel 11
        assert counts(TUNE, rhythm + note(36, 60, channel=10) * 4) == (2, 4)

    def test_xg_channel_10_plays_notes_by_a_bank_of_notes(self):
        xg_on = b"\x00\xf0\x08\x43\x10\x4c\x00\x00\x7e\x00\xf7"
        melodic = xg_on + control(0, 0, 9) + program(0, 9) + note(72, 480, channel=9)
        assert spans(melodic) == [(72, 0, 1)]
        usual = control(0, 0, 9) + program(0, 9) + note(36, 480, channel=9)
        assert read_notes(midi_file(TUNE, usual)).num_drum_notes == 1, "many files of GM say bank 0"


class TestFormats:
    def test_patterns_of_format_2_come_one_after_the_other(self):
        data = bytearray(midi_file(TUNE, note(72, 480)))
        data[9] = 2
        notes = read_notes(bytes(data)).notes
        assert [(note.pitch, note.start_tick) for note in notes] == [(60, 0), (62, 480), (72, 960)]

    def test_long_pieces_of_a_fine_grid_are_read(self):
        """A limit in ticks once refused every export of more than 496 quarters at 10,080 ticks each."""
        music = read_notes(midi_file(note(60, 10_080) * 600, division=10_080))
        assert music.end_tick == 600 * 10_080

    @pytest.mark.parametrize("too_many", [4, -4, 1_000])
    def test_a_wrong_length_of_a_track_does_no_harm_where_it_says_that_it_ends(self, too_many):
        data = bytearray(midi_file(TUNE, note(72, 480)))
        size = int.from_bytes(data[18:22], "big") + too_many
        data[18:22] = size.to_bytes(4, "big")
        assert len(read_notes(bytes(data)).notes) == 3

    def test_what_is_put_around_a_file_is_taken_off(self):
        plain = midi_file(TUNE)
        chunk = b"LIST\x03\0\0\0abc\0" + b"data" + len(plain).to_bytes(4, "little") + plain
        riff = b"RIFF" + (len(chunk) + 4).to_bytes(4, "little") + b"RMID" + chunk
        for wrapped in (riff, bytes(128) + plain):
            assert read_notes(wrapped) == read_notes(plain) and is_midi(wrapped[:132])
        assert not is_midi(b"RIFF\0\0\0\0WAVEfmt ")

    def test_chunks_of_another_kind_are_passed_over(self):
        data = midi_file(TUNE)
        assert read_notes(data[:14] + b"XFIH\0\0\0\x02ab" + data[14:]) == read_notes(data)


@pytest.mark.parametrize("away", [b"", on(61)])
def test_many_notes_of_one_pitch_end_each_by_its_own(away):
    """Each end was once looked for among all starts: a file of a megabyte could take minutes."""
    many = 5_000
    begun = on(60) + b"\x00\x3c\x40" * (many - 1)
    ended = away + off(60, 480) + b"\x00\x3c\x00" * (many - 1)
    notes = read_notes(midi_file(begun, ended)).notes
    assert len(notes) == many + bool(away)
    assert {(tone.start_tick, tone.end_tick) for tone in notes} == {(0, 480)}


def test_a_file_is_played_out_at_its_own_tempos():
    """A quarter at 60 a minute, one at 240, and one more at 240 by the same tempo."""
    slow, fast = tempo(1_000_000), tempo(250_000)
    music = read_steady_notes(midi_file(slow + note(60, 480) + fast + note(62, 480) + note(64, 480)))
    seconds = [(tone.start_tick / 60_000, tone.end_tick / 60_000) for tone in music.notes]
    assert seconds == [(0.0, 1.0), (1.0, 1.25), (1.25, 1.5)]
    usual = read_steady_notes(midi_file(note(60, 480)))
    assert usual.notes == (Note(0, 30_000, 60),), "120 a minute where a file names none"
