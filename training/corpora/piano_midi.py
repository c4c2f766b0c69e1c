"""Piano-midi.de: 124 classical piano pieces played by Bernd Krueger."""

from training.corpora.boulanger_lewandowski import BoulangerLewandowski, origin


class PianoMidi(BoulangerLewandowski):
    """87 / 12 / 25 pieces; a frame is an eighth note."""

    name = "piano_midi"
    title = "Piano-midi.de"
    origin = origin("Piano_midi.mat")
    frames_per_quarter = 2
    licence = "CC BY-SA (Bernd Krueger, piano-midi.de)"
    description = "124 classical piano pieces; a frame is an eighth note"
