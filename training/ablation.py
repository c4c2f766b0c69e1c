"""Ablation: what a joint head, a cell and a memory are each worth, at equal numbers of parameters.

Two heads, three cells, with attention over the own past or without: twelve models a corpus, each as wide as
the budget of parameters allows, all fitted alike for the same epochs. Each result is on disk as soon as it is
known, so that a stopped ablation goes on.

    training/results/ablation/<name>.json   AblationResult
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from distributed import Client, as_completed
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import EngineError
from engine.representations.piano_roll import PianoRoll
from engine.sequence_model import build_model
from engine.whole_file import write_whole
from training.paper import CELLS
from training.recipe import Recipe, make_recipe
from training.results import RESULTS
from training.run_state import remove_run
from training.search import Job, run_job

ABLATION = RESULTS / "ablation"
MAX_EPOCHS = {"jsb_chorales": 120, "nottingham": 20}
HEADS = ("bernoulli", "note_list")
MEMORIES = ("none", "attention")
MAX_PARAMETERS = 200_000
NUM_HEADS = 4  # of attention; the units are a multiple of it
LIST_UNITS = 128
OPTIMISER = {
    "method": "adamw",
    "learning_rate": 1e-3,
    "warm_up": 50,
    "final_share": 0.01,
    "decay": 0.98,
    "momentum": 0.9,
    "weight_decay": 0.01,
    "batch_size": 8,
    "chunk_frames": 256,
    "weight_noise": 0.0,
    "max_gradient_norm": 100.0,
}
REGULARISATION = {"dropout": 0.2, "averaging": 0.99}


class AblationResult(BaseModel):
    """One model of the table.

    Args:
        metrics: split -> figure -> value.
        seconds: of the fit, beside whatever else its worker's machine did.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    recipe: dict[str, Any]
    num_parameters: int
    epochs: int
    best_epoch: int
    seconds: float
    metrics: dict[str, dict[str, int | float]]


@dataclass(frozen=True)
class AblationOptions:
    """Where an ablation reads and writes.

    Args:
        tell: is given a sentence about each model that is done.
    """

    corpora: Path | None
    runs: Path
    results: Path = ABLATION
    tell: Callable[[str], None] = print


def ablation_recipes(corpora: tuple[str, ...] = tuple(MAX_EPOCHS)) -> list[Recipe]:
    """All models of these corpora."""
    every = product(corpora, HEADS, CELLS, MEMORIES)
    return [ablation_recipe(corpus, head, cell, memory) for corpus, head, cell, memory in every]


def ablation_recipe(corpus: str, head: str, cell: str, memory: str) -> Recipe:
    """One model, as wide as may be."""
    values = {
        "name": f"{corpus}-{head}-{cell}-{memory}",
        "corpus": corpus,
        "cell": cell,
        "memory": {"num_heads": NUM_HEADS, "window": 512} if memory == "attention" else None,
        "joint_head": {"num_units": LIST_UNITS} if head == "note_list" else None,
        "residual": True,
        "optimiser": OPTIMISER,
        "regularisation": REGULARISATION,
        "max_epochs": MAX_EPOCHS[corpus],
        "patience": MAX_EPOCHS[corpus],
    }
    units = NUM_HEADS
    while num_parameters(make_recipe({**values, "hidden_size": units + NUM_HEADS})) <= MAX_PARAMETERS:
        units += NUM_HEADS
    return make_recipe({**values, "hidden_size": units})


def num_parameters(recipe: Recipe) -> int:
    """Of a model of 88 pitches."""
    return build_model(recipe.model_spec(PianoRoll(21, 88, 2))).num_parameters()


def run_ablation(recipes: list[Recipe], options: AblationOptions, client: Client) -> None:
    """Fit what is not on disk yet, as many at a time as there are workers.

    Raises:
        EngineError: a corpus is missing, a result belongs to another recipe, or the disk refuses.
    """
    known = read_ablation(options.results)
    stale = [recipe.name for recipe in recipes if recipe.name in known and not _is_of(known, recipe)]
    if stale:
        raise EngineError(
            f"the results of {', '.join(stale)} in {options.results} are those of other recipes: "
            "move them away to fit these models again"
        )
    waiting = [recipe for recipe in recipes if recipe.name not in known]
    tasks = {
        client.submit(run_job, _job(recipe, options), pure=False, priority=-place): recipe
        for place, recipe in enumerate(waiting)
    }
    for future in as_completed(list(tasks)):
        recipe, (report,) = tasks[future], future.result()
        if "error" in report or report["diverged"]:
            raise EngineError(report.get("error", f"{recipe.name} diverged: lower its learning rate"))
        found = {key: value for key, value in report.items() if key in AblationResult.model_fields}
        result = AblationResult(recipe=recipe.model_dump(), num_parameters=num_parameters(recipe), **found)
        _keep(recipe.name, result, options.results)
        remove_run(options.runs / recipe.name)
        figure = result.metrics["valid"]["nats_per_frame"]
        options.tell(f"{recipe.name}: {figure:.3f} nats per frame on valid")


def _keep(name: str, result: AblationResult, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{name}.json", (result.model_dump_json(indent=1) + "\n").encode())


def read_ablation(folder: Path = ABLATION) -> dict[str, AblationResult]:
    """All results by name, sorted.

    Raises:
        EngineError: a file cannot be read, or holds something else.
    """
    return dict(_read(folder))


def _read(folder: Path) -> Iterator[tuple[str, AblationResult]]:
    for path in sorted(folder.glob("*.json")):
        try:
            yield path.stem, AblationResult.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
            raise EngineError(
                f"{path} is no result of an ablation ({reason}): restore it, or move it away to fit again"
            ) from None


def _is_of(known: dict[str, AblationResult], recipe: Recipe) -> bool:
    return make_recipe(known[recipe.name].recipe) == recipe


def _job(recipe: Recipe, options: AblationOptions) -> Job:
    return Job(
        recipe=recipe.model_dump(),
        rates=(recipe.optimiser.learning_rate,),
        folders=(str(options.runs / recipe.name),),
        until_epoch=recipe.max_epochs,
        corpora=str(options.corpora) if options.corpora else None,
        device="cpu",
        scored=True,
    )
