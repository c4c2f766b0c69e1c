"""``python -m training list | fetch | fit | search | evaluate | report``: parse, call, print."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch

from engine.checkpoint import CHECKPOINTS, available, load, read_card
from engine.errors import EngineError, InvalidValueError
from training.ablation import ABLATION, MAX_EPOCHS, AblationOptions, ablation_recipes, run_ablation
from training.campaign import Campaign, CampaignOptions
from training.corpora import CORPORA, SPLITS, open_corpus
from training.evaluate import evaluate
from training.fetch import fetch
from training.fit import Fit, FitOptions
from training.publish import publish
from training.recipe import RECIPES, Recipe, make_recipe, read_recipe, recipe_names
from training.results import RESULTS
from training.run_state import RUNS, remove_run
from training.workers import num_cores, open_workers

ROOT = Path(__file__).resolve().parents[1]
MAX_THREADS = 256
MAX_SEEDS = 100
MAX_WORKERS = 256


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error that the user can mend is printed in one line, and gives 1."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last saved state", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Fit and evaluate models.")
    commands = parser.add_subparsers(
        required=True, metavar="list | fetch | fit | search | ablate | evaluate | report"
    )
    listing = commands.add_parser("list", help="recipes, corpora and checkpoints")
    listing.set_defaults(run=_list)
    fetching = commands.add_parser("fetch", help="download a corpus from its origin")
    fetching.add_argument("name", help=f"one of: {', '.join(CORPORA)}")
    fetching.set_defaults(run=_fetch)
    _add_fit(commands)
    _add_search(commands)
    _add_ablate(commands)
    evaluating = commands.add_parser("evaluate", help="exact likelihood of a split under a checkpoint")
    evaluating.add_argument("checkpoint")
    evaluating.add_argument("--split", default="test", choices=SPLITS)
    evaluating.add_argument("--corpus", help="score another corpus of the same kind than the model's own")
    evaluating.add_argument("--json", action="store_true", help="print one JSON object")
    evaluating.set_defaults(run=_evaluate)
    reporting = commands.add_parser(
        "report", help="write docs/results.md, its pictures and assets/results.json"
    )
    reporting.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints")
    reporting.add_argument("--results", type=Path, default=RESULTS, help="folder of the results of searches")
    reporting.add_argument("--out", type=Path, default=ROOT, help="folder that holds docs/ and assets/")
    reporting.set_defaults(run=_report)
    for command in (listing, fetching, evaluating):
        _add_folders(command)
    return parser


def _add_fit(commands: Any) -> None:
    fitting = commands.add_parser("fit", help="fit a recipe, or a cell on your own folder")
    fitting.add_argument("recipe", nargs="?", help=f"a .json file or one of: {', '.join(recipe_names())}")
    _add_recipe_changes(fitting)
    fitting.add_argument("--learning-rate", type=float)
    fitting.add_argument("--threads", type=int, default=1, help="CPU threads; small models like one")
    fitting.add_argument("--quiet", action="store_true", help="no progress bar")
    fitting.set_defaults(run=_fit)


def _add_search(commands: Any) -> None:
    searching = commands.add_parser(
        "search", help="the best of ten learning rates, for one recipe or several"
    )
    searching.add_argument("recipe", nargs="*", help=f".json files or any of: {', '.join(recipe_names())}")
    _add_recipe_changes(searching)
    searching.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    searching.add_argument("--seeds", type=int, default=1, help="seeds with which the winner is fitted")
    searching.add_argument("--workers", type=int, help="processes (default: one a core, or one for a GPU)")
    searching.add_argument("--scheduler", help="tcp://HOST:8786 of a Dask scheduler, for many machines")
    searching.add_argument(
        "--update-recipes", action="store_true", help="write the winners' rates into training/recipes"
    )
    searching.set_defaults(run=_search)


def _add_ablate(commands: Any) -> None:
    ablating = commands.add_parser(
        "ablate", help="fit every head, cell and memory at equal numbers of parameters"
    )
    ablating.add_argument("corpus", nargs="*", choices=(*MAX_EPOCHS, []), help=" or ".join(MAX_EPOCHS))
    ablating.add_argument("--corpora", type=Path, help="folder of the corpora")
    ablating.add_argument("--runs", type=Path, default=RUNS, help="folder of the states of unfinished fits")
    ablating.add_argument("--results", type=Path, default=ABLATION, help="folder of the results")
    ablating.add_argument("--workers", type=int, help="processes (default: one a core)")
    ablating.add_argument("--scheduler", help="tcp://HOST:8786 of a Dask scheduler, for many machines")
    ablating.set_defaults(run=_ablate)


def _add_recipe_changes(command: argparse.ArgumentParser) -> None:
    command.add_argument("--corpus", help="a corpus name, midi:PATH or audio:PATH")
    command.add_argument("--cell", help="tanh, gru or lstm")
    command.add_argument("--name", help="of the new checkpoint")
    command.add_argument("--units", type=int, help="hidden units a layer; default: the paper's")
    command.add_argument("--layers", type=int, help="recurrent layers")
    command.add_argument("--epochs", type=int, help="at most this many")
    command.add_argument("--patience", type=int, help="epochs without progress on validation before stopping")
    command.add_argument("--seed", type=int)
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    command.add_argument("--runs", type=Path, default=RUNS, help="folder of the states of unfinished fits")
    command.add_argument("--replace", action="store_true", help="replace a checkpoint of the same name")
    _add_folders(command)


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--corpora", type=Path, help="folder of the corpora (default: $EARSHOT_CORPORA or ./corpora)"
    )
    command.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints")


def _list(options: argparse.Namespace) -> None:
    print("corpora")
    for name, corpus in CORPORA.items():
        print(f"  {name:24} {corpus.title}: {corpus.description} ({corpus.licence})")
    print("recipes")
    for name in recipe_names():
        print(f"  {name}")
    print("checkpoints")
    for name in available(options.checkpoints):
        try:
            card = read_card(name, options.checkpoints)
        except EngineError as error:
            print(f"  {name:24} {error}")
            continue
        figures = card.metrics.get("test", {})
        figure = next(
            (
                f"test {figures[key]:.3f} {key}"
                for key in ("nats_per_frame", "nats_per_step")
                if key in figures
            ),
            "",
        )
        print(f"  {name:24} {card.num_units} {card.cell} units, {figure}")


def _fetch(options: argparse.Namespace) -> None:
    print(fetch(options.name, options.corpora))


def _report(options: argparse.Namespace) -> None:
    from training.report import write_report  # matplotlib takes a second to import

    for path in write_report(options.checkpoints, options.results, options.out):
        print(f"wrote {path}")


def _recipe(options: argparse.Namespace, name: str | None) -> Recipe:
    """The recipe of this name, or a fresh one, with what the command line changes."""
    given = {
        "name": options.name, "corpus": options.corpus, "cell": options.cell,
        "hidden_size": options.units, "num_layers": options.layers, "max_epochs": options.epochs,
        "patience": options.patience, "seed": options.seed,
    }  # fmt: skip
    values = read_recipe(name).model_dump() if name else {}
    values |= {key: value for key, value in given.items() if value is not None}
    if getattr(options, "learning_rate", None) is not None:
        values["optimiser"] = {**values.get("optimiser", {}), "learning_rate": options.learning_rate}
    if not name and not (options.corpus and options.cell and options.name):
        raise InvalidValueError(
            f"name a recipe ({', '.join(recipe_names())}), or give --corpus, --cell and --name for a model "
            "of your own"
        )
    return make_recipe(values)


def _fit(options: argparse.Namespace) -> None:
    recipe = _recipe(options, options.recipe)
    _check_place(recipe.name, options)
    if not 1 <= options.threads <= MAX_THREADS:
        raise InvalidValueError(f"--threads {options.threads} must be from 1 to {MAX_THREADS}")
    device = _device(options.device)
    torch.set_num_threads(options.threads)
    corpus = open_corpus(recipe.corpus, options.corpora, recipe.seed)
    data = corpus.load()
    if data.report is not None:
        print(data.report)
    run_folder = options.runs / recipe.name
    fit = Fit(recipe, data, FitOptions(device, run_folder, options.quiet))
    if fit.progress.update:
        print(f"going on at update {fit.progress.update:,}, epoch {fit.progress.epoch}")
    folder = publish(fit, fit.run(), corpus, data, options.checkpoints)
    remove_run(run_folder)
    progress = fit.progress
    best = f"best at epoch {progress.best_epoch} of {progress.epoch}"
    print(f"{best}: {progress.best_valid:.4f} nats per frame on valid")
    print(f"wrote {folder}")


def _search(options: argparse.Namespace) -> None:
    names = options.recipe or [None]
    if len(names) > 1 and options.name:
        raise InvalidValueError("--name names one checkpoint: give it with one recipe only")
    if not 1 <= options.seeds <= MAX_SEEDS:
        raise InvalidValueError(f"--seeds {options.seeds} must be from 1 to {MAX_SEEDS}")
    recipes = [_recipe(options, name) for name in names]
    device = _device(options.device).type
    count = options.workers if options.workers is not None else 1 if device == "cuda" else num_cores()
    if not 1 <= count <= MAX_WORKERS:
        raise InvalidValueError(f"--workers {count} must be from 1 to {MAX_WORKERS}")
    campaign = Campaign(
        recipes,
        CampaignOptions(
            corpora=options.corpora, checkpoints=options.checkpoints, results=options.results,
            num_seeds=options.seeds, device=device, replace=options.replace, runs=options.runs,
            recipes=RECIPES if options.update_recipes else None,
        ),
    )  # fmt: skip
    with open_workers(count, options.scheduler) as client:
        campaign.run(client)


def _ablate(options: argparse.Namespace) -> None:
    count = num_cores() if options.workers is None else options.workers
    if not 1 <= count <= MAX_WORKERS:
        raise InvalidValueError(f"--workers {count} must be from 1 to {MAX_WORKERS}")
    recipes = ablation_recipes(tuple(options.corpus or MAX_EPOCHS))
    for name in dict.fromkeys(recipe.corpus for recipe in recipes):
        open_corpus(name, options.corpora).load()  # now: what is missing is said before workers are started
    with open_workers(count, options.scheduler) as client:
        run_ablation(recipes, AblationOptions(options.corpora, options.runs, options.results), client)


def _check_place(name: str, options: argparse.Namespace) -> None:
    """Before hours of fitting: may the checkpoint be written where it would go?"""
    place = options.checkpoints / name
    if name in available(options.checkpoints):
        if not options.replace:
            raise InvalidValueError(f"checkpoint {name!r} exists: choose another --name, or say --replace")
    elif place.exists():
        raise InvalidValueError(f"{place} exists and is no checkpoint: choose another --name or move it")


def _device(name: str) -> torch.device:
    if name == "cuda" and not torch.cuda.is_available():
        raise InvalidValueError("no CUDA device is available here: say --device cpu, or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def _evaluate(options: argparse.Namespace) -> None:
    checkpoint = load(options.checkpoint, options.checkpoints)
    recipe = make_recipe(checkpoint.card.training.recipe)
    name = options.corpus or recipe.corpus
    data = open_corpus(name, options.corpora, recipe.seed).load()
    if data.representation.spec != checkpoint.representation.spec:
        raise InvalidValueError(
            f"frames of {name!r} mean something else than those that {options.checkpoint!r} was fitted on "
            f"({data.representation.spec} against {checkpoint.representation.spec})"
        )
    figures = evaluate(checkpoint, name, options.split, data.splits[options.split])
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:30} {value:.4f}" if isinstance(value, float) else f"{key:30} {value}")


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a user's file may have a name that is no UTF-8
    sys.exit(main())
