"""Piano-midi.de: 124 classical piano pieces played by Bernd Krueger."""

from training.corpora.boulanger_lewandowski import ADDRESS, FOLDER, BoulangerLewandowski
from training.corpora.origin import Origin


class PianoMidi(BoulangerLewandowski):
    """87 / 12 / 25 pieces; a frame is an eighth note."""

    name = "piano_midi"
    title = "Piano-midi.de"
    origin = Origin((ADDRESS + "Piano_midi.mat",), "file", moves={"": FOLDER + "Piano_midi.mat"})
    frames_per_quarter = 2
    licence = "CC BY-SA (Bernd Krueger, piano-midi.de)"
    description = "124 classical piano pieces; a frame is an eighth note"
