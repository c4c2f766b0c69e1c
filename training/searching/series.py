"""Series: fits of several recipes, handed out to workers, each result on disk as soon as it is known.

A stopped series goes on: what is on disk is not fitted again, and an unfinished fit goes on from its state.

    training/results/<series>/<name>.json   FitResult
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, as_completed
from pydantic import ValidationError

from engine.errors import EngineError
from engine.strict import Strict, first_problem
from engine.whole_file import write_whole
from training.fitting import Recipe, make_recipe
from training.searching.results import results_folder
from training.searching.search import Job, run_job
from training.searching.workers import workers_died


class FitResult(Strict):
    """One fit that came to its end.

    Args:
        metrics: split -> figure -> value, with the weights of the best epoch on validation.
        seconds: wall-clock time of the fit, whatever else its worker's machine did meanwhile.
    """

    recipe: dict[str, Any]
    epochs: int
    best_epoch: int
    seconds: float
    metrics: dict[str, dict[str, int | float]]


@dataclass(frozen=True)
class SeriesOptions:
    """Where a series reads and writes.

    Args:
        corpora: folder of the corpora, None for the default.
        runs: where the states of fits are kept.
        results: folder of this series' results.
        tell: takes a line about each fit that is done.
    """

    corpora: Path | None
    runs: Path
    results: Path
    tell: Callable[[str], None] = print


def run_series(recipes: Sequence[Recipe], options: SeriesOptions, client: Client) -> None:
    """Fit what is not on disk yet, as many at a time as there are workers; the states of the fits stay.

    Raises:
        EngineError: a corpus is missing, a result belongs to another recipe, or the disk refuses.
    """
    known = read_series(options.results)
    stale = [recipe.name for recipe in recipes if recipe.name in known and not _is_of(known, recipe)]
    if stale:
        raise EngineError(
            f"the results of {', '.join(stale)} in {options.results} are those of other recipes: "
            "move them away to fit these models again"
        )
    results_folder(options.results)  # now, before hours of fitting
    waiting = [recipe for recipe in recipes if recipe.name not in known]
    tasks = {
        client.submit(run_job, _job(recipe, options), pure=False, priority=-place): recipe
        for place, recipe in enumerate(waiting)
    }
    for future in as_completed(list(tasks)):
        recipe = tasks[future]
        try:
            (report,) = future.result()
        except KilledWorker as error:
            raise workers_died(error) from None
        if "error" in report or report["diverged"]:
            raise EngineError(report.get("error", f"{recipe.name} diverged: lower its learning rate"))
        values = {key: value for key, value in report.items() if key in FitResult.model_fields}
        result = FitResult(recipe=recipe.model_dump(), **values)
        data = (result.model_dump_json(indent=1) + "\n").encode()
        write_whole(options.results / f"{recipe.name}.json", data)
        options.tell(f"{recipe.name}: {valid_nats(result):.4f} nats per frame or step on valid")


def valid_nats(result: FitResult) -> float:
    """The figure that decides between seeds: nats per frame or step on validation, pooled."""
    figures = result.metrics["valid"]
    return figures.get("nats_per_frame", figures.get("nats_per_step"))


def read_series(folder: Path) -> dict[str, FitResult]:
    """All results by name, sorted.

    Raises:
        EngineError: a file cannot be read, or holds something else.
    """
    return {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}


def _read(path: Path) -> FitResult:
    try:
        return FitResult.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = first_problem(error)[1] if isinstance(error, ValidationError) else error.strerror
        raise EngineError(
            f"{path} is no result of a fit ({reason}): restore it, or move it away to fit again"
        ) from None


def _is_of(known: dict[str, FitResult], recipe: Recipe) -> bool:
    return make_recipe(known[recipe.name].recipe) == recipe


def _job(recipe: Recipe, options: SeriesOptions) -> Job:
    return Job(
        recipe=recipe.model_dump(),
        rates=(recipe.optimiser.learning_rate,),
        folders=(str(options.runs / recipe.name),),
        until_epoch=recipe.max_epochs,
        corpora=str(options.corpora) if options.corpora else None,
        device="cpu",
        scored=True,
    )
