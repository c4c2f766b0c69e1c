"""Notes: where they end, and what they refuse."""

import pytest

from engine.errors import InvalidValueError
from engine.notes.notes import Note, Notes


def test_the_end_is_that_of_the_last_note_to_end():
    assert Notes(480, (Note(0, 900, 60), Note(480, 700, 64))).end_tick == 900
    assert Notes(480, ()).end_tick == 0


@pytest.mark.parametrize("numbers", [(-1, 4, 60), (5, 4, 60), (0, 4, 128), (0, 4, -1)])
def test_impossible_notes_are_refused(numbers):
    with pytest.raises(InvalidValueError, match=r"backwards|MIDI number"):
        Note(*numbers)


def test_notes_need_a_resolution():
    with pytest.raises(InvalidValueError, match="ticks per quarter note"):
        Notes(0, ())
