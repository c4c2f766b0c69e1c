"""Nottingham: 1,037 British and American folk tunes, melody and chords."""

from training.corpora.boulanger_lewandowski import ADDRESS, FOLDER, BoulangerLewandowski
from training.corpora.origin import Origin


class Nottingham(BoulangerLewandowski):
    """694 / 173 / 170 tunes; a frame is an eighth note.

    Of the published splits train shares one tune with valid and one with test; we keep them as they are.
    """

    name = "nottingham"
    title = "Nottingham"
    origin = Origin((ADDRESS + "Nottingham.mat",), "file", moves={"": FOLDER + "Nottingham.mat"})
    frames_per_quarter = 2
    licence = "no licence is stated for the files; the tunes themselves are traditional"
    description = "1,037 folk tunes, a melody over chords, in C major or C minor; a frame is an eighth note"
