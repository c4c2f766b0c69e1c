"""Arguments that several commands share, and what they mean."""

import argparse
from pathlib import Path
from typing import Any

import torch

from engine.cells import CELLS
from engine.checkpoints import available
from engine.command_line import add_checkpoints
from engine.errors import InvalidValueError, UnknownNameError
from engine.representations import PianoRoll, Waveform
from training.corpora import representation_name_of
from training.fitting import (
    RUNS,
    Recipe,
    make_recipe,
    of_corpus,
    read_recipe,
    recipe_names,
    with_cell,
    with_layers,
    with_units,
)
from training.paper import paper_model
from training.searching import num_cores

BEST_CELL = "best"  # a value of --cell that is no cell
BEST_RECIPES = {PianoRoll.name: "jsb_chorales-best", Waveform.name: "spoken_digits-best"}
MAX_SEEDS = 100
MAX_WORKERS = 256


def add_corpora(command: argparse.ArgumentParser) -> None:
    """Add --corpora, where the corpora lie; None means $EARSHOT_CORPORA, else ``corpora`` of the project."""
    command.add_argument(
        "--corpora",
        type=Path,
        help="folder of the corpora (default: $EARSHOT_CORPORA, else corpora/ of the project)",
    )


def add_runs(command: argparse.ArgumentParser) -> None:
    """Add --runs, the folder in which unfinished fits keep their states."""
    command.add_argument("--runs", type=Path, default=RUNS, help="folder of the states of unfinished fits")


def add_replace(command: argparse.ArgumentParser) -> None:
    """Add --replace, the permission to replace a checkpoint; see ``check_place``."""
    command.add_argument("--replace", action="store_true", help="replace a checkpoint of the same name")


def add_workers(command: argparse.ArgumentParser) -> None:
    """Add --workers, the number of processes (see ``chosen_workers``), and --scheduler, for many machines."""
    command.add_argument("--workers", type=int, help="processes (default: one a core, or one for a GPU)")
    command.add_argument("--scheduler", help="tcp://HOST:8786 of a Dask scheduler, for many machines")


def add_recipe_changes(command: argparse.ArgumentParser) -> None:
    """Add options that change a recipe or make a new one (see ``chosen_recipe``), and the folders."""
    command.add_argument("--corpus", help="a corpus name, midi:PATH or audio:PATH")
    command.add_argument("--cell", help="tanh, gru or lstm, or best: as our best models")
    command.add_argument("--name", help="name of the new checkpoint")
    command.add_argument("--units", type=int, help="hidden units a layer; default: the paper's")
    command.add_argument("--layers", type=int, help="recurrent layers")
    command.add_argument("--epochs", type=int, help="at most this many")
    command.add_argument("--patience", type=int, help="epochs without progress on validation before stopping")
    command.add_argument("--seed", type=int)
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    add_runs(command)
    add_replace(command)
    add_corpora(command)
    add_checkpoints(command)


def chosen_recipe(options: argparse.Namespace, name: str | None) -> Recipe:
    """The recipe of this name, or a new one, with the changes of the command line.

    Args:
        options: those of ``add_recipe_changes``, and the ``learning_rate`` of some commands.
        name: of a recipe, or its .json file; None makes a new one.

    Raises:
        EngineError: there is no such recipe, or a value is not allowed.
    """
    given = {
        "name": options.name, "corpus": options.corpus, "max_epochs": options.epochs,
        "patience": options.patience, "seed": options.seed,
    }  # fmt: skip
    if name and options.cell == BEST_CELL:
        raise InvalidValueError("--cell best is itself a recipe: leave out the recipe, or name a cell")
    name = name or _best_recipe(options)
    values = read_recipe(name).model_dump() if name else {}
    values |= {key: value for key, value in given.items() if value is not None}
    if getattr(options, "learning_rate", None) is not None:
        values["optimiser"] = {**values.get("optimiser", {}), "learning_rate": options.learning_rate}
    if not name and not (options.corpus and options.cell and options.name):
        raise InvalidValueError(
            f"name a recipe ({', '.join(recipe_names())}), or give --corpus, --cell and --name for a model "
            "of your own"
        )
    before = read_recipe(name) if name else None
    return make_recipe({**values, "model": _model(options, before)})


def _best_recipe(options: argparse.Namespace) -> str | None:
    """Name of the recipe of our best model of the corpus's kind of frames, if ``--cell best`` asks for it."""
    if options.cell != BEST_CELL or not (options.corpus and options.name):
        return None
    return BEST_RECIPES[representation_name_of(options.corpus)]


def _model(options: argparse.Namespace, before: Recipe | None) -> dict[str, Any]:
    """The model of ``before``, or else the paper's of the cell, with the changes of the command line."""
    cell = None if options.cell == BEST_CELL else options.cell
    if cell and cell not in CELLS:
        raise UnknownNameError("cell", cell, [*CELLS, BEST_CELL])
    if before is None:
        model = paper_model(cell, representation_name_of(options.corpus))
    else:
        model, corpus = before.model, before.corpus
        if options.corpus:
            model, corpus = (
                of_corpus(model, representation_name_of(corpus), representation_name_of(options.corpus)),
                options.corpus,
            )
        if cell:
            model = with_cell(model, cell, representation_name_of(corpus))
    if options.units is not None:
        model = with_units(model, options.units)
    return model if options.layers is None else with_layers(model, options.layers)


def check_checkpoint_place(name: str, options: argparse.Namespace) -> None:
    """Make sure, before hours of fitting, that the checkpoint may be written.

    Raises:
        InvalidValueError: a checkpoint is there and must not be replaced, or something else lies there.
    """
    place = options.checkpoints / name
    other = "--name" if hasattr(options, "name") else "--checkpoints folder"
    if name in available(options.checkpoints):
        if not options.replace:
            raise InvalidValueError(f"checkpoint {name!r} exists: choose another {other}, or say --replace")
    elif place.exists():
        raise InvalidValueError(f"{place} exists and is no checkpoint: choose another {other}, or move it")


def chosen_device(name: str) -> torch.device:
    """What ``auto``, ``cpu`` or ``cuda`` means on this machine.

    Raises:
        InvalidValueError: there is no CUDA device.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InvalidValueError("no CUDA device is available here: say --device cpu, or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def chosen_workers(options: argparse.Namespace, default: int | None = None) -> int:
    """How many processes: as asked for, else ``default``, else one a core.

    Raises:
        InvalidValueError: fewer than 1, or more than MAX_WORKERS.
    """
    count = options.workers if options.workers is not None else default or num_cores()
    if not 1 <= count <= MAX_WORKERS:
        raise InvalidValueError(f"--workers {count} must be from 1 to {MAX_WORKERS}")
    return count


def check_seeds(count: int) -> None:
    """Refuse a number of seeds that is out of range.

    Raises:
        InvalidValueError: fewer than 1, or more than MAX_SEEDS.
    """
    if not 1 <= count <= MAX_SEEDS:
        raise InvalidValueError(f"--seeds {count} must be from 1 to {MAX_SEEDS}")
