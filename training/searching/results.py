"""Results: what a search found, one JSON for each recipe in training/results.

Cards hold the figures of published checkpoints; the results hold the rest: the learning rates that were
tried, and the fits with other seeds.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.errors import EngineError
from engine.folders import PROJECT
from engine.strict import Strict, first_problem
from engine.whole_file import write_whole

SEARCH_RESULTS = PROJECT / "training" / "results"
Ended = Literal["running", "dropped", "diverged", "early stopping", "last epoch"]


class Rung(Strict, frozen=False):
    """A stop on the way of a search: after ``epochs`` the best ``keep`` trials go on."""

    epochs: int = Field(ge=1)
    keep: int = Field(ge=1)


class RateTrial(Strict, frozen=False):
    """A learning rate and how far it came.

    Args:
        epochs: fitted so far.
        best_epoch, best_valid: the epoch whose weights are kept, and its nats per frame of validation.
        seconds: the trial's share of the wall-clock time of the population it ran in.
        ended: why it went no further.
    """

    learning_rate: float = Field(gt=0)
    epochs: int = 0
    best_epoch: int = 0
    best_valid: float | None = None
    seconds: float = 0.0
    ended: Ended = "running"


class SeedResult(Strict, frozen=False):
    """The winning learning rate, fitted with another seed."""

    seed: int
    epochs: int
    best_epoch: int
    seconds: float
    metrics: dict[str, dict[str, int | float]]


class SearchResult(Strict, frozen=False):
    """A search, under way or done.

    Args:
        recipe: with the winner's learning rate once there is one.
        best: index of the winning trial, None before.
        seeds: fits with other seeds, in order of seed.
        machine: where it ran.
    """

    recipe: dict[str, Any]
    rungs: list[Rung]
    trials: list[RateTrial]
    best: int | None = None
    seeds: list[SeedResult] = Field(default_factory=list)
    machine: str


def read_result(name: str, folder: Path = SEARCH_RESULTS) -> SearchResult | None:
    """The result of one recipe; None if there is none.

    Raises:
        EngineError: the file cannot be read, or holds something else.
    """
    path = folder / f"{name}.json"
    try:
        return SearchResult.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        first = first_problem(error)[1] if isinstance(error, ValidationError) else error.strerror
        raise EngineError(
            f"{path} is no result of a search ({first}): restore it, or move it away to search again"
        ) from None


def read_results(folder: Path = SEARCH_RESULTS) -> dict[str, SearchResult]:
    """All results of a folder by name, sorted.

    Raises:
        EngineError: a file cannot be read, or holds something else.
    """
    results = {path.stem: read_result(path.stem, folder) for path in sorted(folder.glob("*.json"))}
    return {name: result for name, result in results.items() if result is not None}


def results_folder(folder: Path) -> Path:
    """The folder, made if it is not there.

    Raises:
        EngineError: the disk refuses, or a file is in its place.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"cannot write results into {folder} ({error.strerror}): choose another --results"
        ) from None
    return folder


def write_result(name: str, result: SearchResult, folder: Path = SEARCH_RESULTS) -> None:
    """Write or replace the result of one recipe.

    Raises:
        EngineError: the disk refuses; the file before stays.
    """
    write_whole(results_folder(folder) / f"{name}.json", (result.model_dump_json(indent=1) + "\n").encode())
