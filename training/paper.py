"""What Chung et al. 2014 print: tables 1 and 2, and what they describe of data and models.

J. Chung, C. Gulcehre, K. Cho, Y. Bengio: Empirical Evaluation of Gated Recurrent Neural Networks on
Sequence Modeling, NIPS 2014 Deep Learning Workshop, arXiv 1412.3555.

Conventions
    nats    average negative log-probabilities; the paper does not say over what the average is taken
    cells   in the paper's order: tanh, gru, lstm
"""

from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidValueError
from engine.representations import PianoRoll, Representation, Waveform

CITATION = (
    "J. Chung, C. Gulcehre, K. Cho, Y. Bengio: Empirical Evaluation of Gated Recurrent Neural Networks on "
    "Sequence Modeling, NIPS 2014 Deep Learning Workshop, [arXiv 1412.3555](https://arxiv.org/abs/1412.3555)"
)
PAPER_CELLS = ("tanh", "gru", "lstm")


@dataclass(frozen=True)
class PaperCorpus:
    """One corpus of table 2.

    Args:
        title: as the paper prints it.
        ours: name of our corpus in its place.
        train: average negative log-probability of the training split by cell, table 2.
        test: the same of the test split.
        width: numbers that the network reads in a step.
    """

    title: str
    ours: str
    train: dict[str, float]
    test: dict[str, float]
    width: int


@dataclass(frozen=True)
class PaperModels:
    """One group of models of table 1, of about equal size.

    Args:
        title: name of the data that they were fitted to.
        units: hidden units by cell.
        num_parameters: by cell, as printed, rounded to a hundred.
        frames: our representation of the same kind of data; what sizes depend on is the same for all corpora.
        head: spec of the output layer, without its sizes.
        widths: input widths of the paper's own corpora.
    """

    title: str
    units: dict[str, int]
    num_parameters: dict[str, int]
    frames: Representation
    head: dict[str, Any]
    widths: tuple[int, ...]

    @property
    def representation(self) -> str:
        """Name of the representation of its frames."""
        return self.frames.name


PAPER_MUSIC = (
    PaperCorpus(
        title="Nottingham",
        ours="nottingham",
        train={"tanh": 3.22, "gru": 2.79, "lstm": 3.08},
        test={"tanh": 3.13, "gru": 3.23, "lstm": 3.20},
        width=93,
    ),
    PaperCorpus(
        title="JSB Chorales",
        ours="jsb_chorales",
        train={"tanh": 8.82, "gru": 6.94, "lstm": 8.15},
        test={"tanh": 9.10, "gru": 8.54, "lstm": 8.67},
        width=96,
    ),
    PaperCorpus(
        title="MuseData",
        ours="muse_data",
        train={"tanh": 5.64, "gru": 5.06, "lstm": 5.18},
        test={"tanh": 6.23, "gru": 5.99, "lstm": 6.23},
        width=105,
    ),
    PaperCorpus(
        title="Piano-midi",
        ours="piano_midi",
        train={"tanh": 5.64, "gru": 4.93, "lstm": 6.49},
        test={"tanh": 9.03, "gru": 8.82, "lstm": 9.03},
        width=108,
    ),
)
PAPER_SPEECH = (
    PaperCorpus(
        title="Ubisoft A",
        ours="spoken_digits",
        train={"tanh": 6.29, "gru": 2.31, "lstm": 1.44},
        test={"tanh": 6.44, "gru": 3.59, "lstm": 2.70},
        width=20,
    ),
    PaperCorpus(
        title="Ubisoft B",
        ours="voice_prompts",
        train={"tanh": 7.61, "gru": 0.38, "lstm": 0.80},
        test={"tanh": 7.62, "gru": 0.88, "lstm": 1.26},
        width=20,
    ),
)
TABLE_2 = (*PAPER_MUSIC, *PAPER_SPEECH)
MUSIC_MODELS = PaperModels(
    title="polyphonic music",
    units={"tanh": 100, "gru": 46, "lstm": 36},
    num_parameters={"tanh": 20_100, "gru": 20_200, "lstm": 19_800},
    frames=PianoRoll(21, 88, 2),
    head={"name": "bernoulli"},
    widths=tuple(corpus.width for corpus in PAPER_MUSIC),
)
SPEECH_MODELS = PaperModels(
    title="speech",
    units={"tanh": 400, "gru": 227, "lstm": 195},
    num_parameters={"tanh": 168_400, "gru": 168_900, "lstm": 169_100},
    frames=Waveform(8_000, 0.0, 1.0),
    head={"name": "gaussian_mixture", "num_components": 20},
    widths=(20,),
)
TABLE_1 = (MUSIC_MODELS, SPEECH_MODELS)
OTHER_UNITS = 64  # of a cell that the paper does not have


def models_of(representation: str) -> PaperModels:
    """The paper's models for frames of this representation.

    Raises:
        InvalidValueError: the paper has no model for them.
    """
    for models in TABLE_1:
        if models.representation == representation:
            return models
    raise InvalidValueError(
        f"the paper has no model for frames of {representation!r}: name a recipe that says its model"
    )


def paper_model(
    cell: str, representation: str, units: int | None = None, num_layers: int = 1
) -> dict[str, Any]:
    """The paper's model of a cell, as a recipe's ``model``.

    Args:
        cell: registry name; one that the paper does not have has OTHER_UNITS units.
        representation: name of the representation of its frames.
        units: width of each layer; None for the printed one.
        num_layers: layers, all alike.

    Raises:
        InvalidValueError: the paper has no model for such frames.
    """
    models = models_of(representation)
    layer = {"name": cell, "hidden_size": units or models.units.get(cell, OTHER_UNITS)}
    return {"cells": [dict(layer) for _ in range(num_layers)], "head": dict(models.head)}
