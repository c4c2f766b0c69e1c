"""ResultRow: one model's figures next to the paper's, as ``python -m training report`` wrote them.

Conventions
    figures   split -> negative log-likelihood, lower is better: nats per frame of music, nats per step of
              ten samples of speech (``bits_per_sample``: bits); a figure that is not there yet is None
    averages  pooled: over all frames of a split; sequence_mean: the mean of the sequences' own means
"""

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from engine.errors import UnreadableFileError
from engine.folders import ASSETS
from engine.strict import first_problem
from pages.house import with_remedy
from pages.results.published import Published, ResultsPart

SHIPPED_RESULTS = ASSETS / "results.json"
RESULTS_REMEDY = "write it with `python -m training report`"


class Figures(ResultsPart):
    """One kind of figure for each split."""

    train: float | None = None
    valid: float | None = None
    test: float | None = None


class Seeds(ResultsPart):
    """The same fit from ``count`` seeds: how far its test figure, by ``better_average``, spreads."""

    count: int
    test_mean: float
    test_min: float
    test_max: float


class ResultRow(ResultsPart):
    """One row of the table.

    Args:
        checkpoint: its name, or None while there is none.
        page: where the model is played, a key of ``PLAYING_PAGES``.
        paper, paper_corpus: the printed figures, and of which of the paper's corpora they are.
        better_average: the average by which the corpus is compared with the paper: the one that is better on
            the test split.
    """

    corpus: str
    title: str
    cell: str
    checkpoint: str | None = None
    page: Literal["play", "speech"]
    unit: str
    paper: Figures
    paper_corpus: str
    better_average: Literal["pooled", "sequence_mean"] | None = None
    pooled: Figures | None = None
    sequence_mean: Figures | None = None
    bits_per_sample: Figures | None = None
    units: int | None = None
    learning_rate: float | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    seconds_per_epoch: float | None = None
    num_recurrent_parameters: int | None = None
    num_parameters: int | None = None
    seeds: Seeds | None = None


class Results(ResultsPart):
    """All rows, in the order of the table, and the published figures; the file's other keys are ignored."""

    rows: tuple[ResultRow, ...]
    leaderboard: tuple[Published, ...] = ()


def read_shipped_results(path: Path = SHIPPED_RESULTS) -> Results:
    """The figures that are shipped with the app.

    Raises:
        UnreadableFileError: the file is missing or cannot be read, or has another form.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        return Results.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UnreadableFileError(
            with_remedy(f"there is no table yet, {name} is missing", RESULTS_REMEDY)
        ) from None
    except OSError as error:
        raise UnreadableFileError(
            with_remedy(f"{name} cannot be read ({error.strerror})", RESULTS_REMEDY)
        ) from None
    except ValidationError as error:
        place, said = first_problem(error)
        raise UnreadableFileError(
            with_remedy(f"the table in {name} cannot be shown ({place}: {said.lower()})", RESULTS_REMEDY)
        ) from None
