"""MuseData: 783 pieces of orchestral and piano music."""

from training.corpora.boulanger_lewandowski import ADDRESS, FOLDER, BoulangerLewandowski
from training.corpora.origin import Origin


class MuseData(BoulangerLewandowski):
    """524 / 135 / 124 pieces; a frame is an eighth note."""

    name = "muse_data"
    title = "MuseData"
    origin = Origin((ADDRESS + "MuseData.mat",), "file", moves={"": FOLDER + "MuseData.mat"})
    frames_per_quarter = 2
    licence = "academic terms of CCARH MuseData (musedata.org): do not pass excerpts on"
    description = "783 orchestral and piano pieces of the classical period; a frame is an eighth note"
