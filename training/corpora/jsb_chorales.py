"""JSB Chorales: 382 four-part chorales by J. S. Bach."""

from training.corpora.boulanger_lewandowski import ADDRESS, FOLDER, BoulangerLewandowski
from training.corpora.origin import Origin


class JSBChorales(BoulangerLewandowski):
    """229 / 76 / 77 chorales; a frame is a quarter note."""

    name = "jsb_chorales"
    title = "JSB Chorales"
    origin = Origin((ADDRESS + "JSB_Chorales.mat",), "file", moves={"": FOLDER + "JSB_Chorales.mat"})
    frames_per_quarter = 1
    licence = "no licence is stated for the files; the chorales themselves are in the public domain"
    description = "382 four-part chorales by J. S. Bach in C major or C minor; a frame is a quarter note"
