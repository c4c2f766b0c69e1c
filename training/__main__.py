"""``python -m training``: what each command does (training/options.py: what it can be told)."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

import torch

from engine.cells import CELLS
from engine.checkpoints import available, load, read_card
from engine.errors import EngineError, InvalidValueError, UnknownNameError
from training.corpora import CORPORA, fetch, frames_of, open_corpus
from training.fitting import (
    RECIPES,
    Fit,
    FitOptions,
    Recipe,
    alone,
    choose_melodies,
    evaluate,
    make_recipe,
    of_corpus,
    read_recipe,
    recipe_names,
    remove_run,
    with_cell,
    with_layers,
    with_units,
    write_recipe,
)
from training.options import make_parser
from training.paper import paper_model
from training.publishing import publish, publish_reminded, remembering
from training.searching import (
    MAX_EPOCHS,
    Campaign,
    CampaignOptions,
    SeriesOptions,
    ablation_recipes,
    chosen_seed,
    num_cores,
    open_workers,
    run_series,
    seed_recipes,
)

MAX_THREADS = 256
MAX_SEEDS = 100
MAX_WORKERS = 256


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error that the user can mend is printed in one line, and gives 1."""
    options = make_parser().parse_args(arguments)
    try:
        COMMANDS[options.command](options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last saved state", file=sys.stderr)
        return 130
    return 0


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
    from training.report import write_report

    for path in write_report(options.checkpoints, options.results, options.out):
        print(f"wrote {path}")


def _recipe(options: argparse.Namespace, name: str | None) -> Recipe:
    """The recipe of this name, or a fresh one, with what the command line changes."""
    given = {
        "name": options.name, "corpus": options.corpus, "max_epochs": options.epochs,
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
    before = read_recipe(name) if name else None
    return make_recipe({**values, "model": _model(options, before)})


def _model(options: argparse.Namespace, before: Recipe | None) -> dict[str, Any]:
    """The model of a recipe, or the paper's of a cell, with what the command line changes."""
    if options.cell and options.cell not in CELLS:
        raise UnknownNameError("cell", options.cell, CELLS)
    if before is None:
        model = paper_model(options.cell, frames_of(options.corpus))
    else:
        model, corpus = before.model, before.corpus
        if options.corpus:
            model, corpus = of_corpus(model, frames_of(corpus), frames_of(options.corpus)), options.corpus
        if options.cell:
            model = with_cell(model, options.cell, frames_of(corpus))
    if options.units is not None:
        model = with_units(model, options.units)
    return model if options.layers is None else with_layers(model, options.layers)


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
    count = _num_workers(options, 1 if device == "cuda" else num_cores())
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
    count = _num_workers(options)
    recipes = ablation_recipes(tuple(options.corpus or MAX_EPOCHS))
    for name in dict.fromkeys(recipe.corpus for recipe in recipes):
        open_corpus(name, options.corpora).load()  # now: what is missing is said before workers are started
    with open_workers(count, options.scheduler) as client:
        run_series(recipes, SeriesOptions(options.corpora, options.runs, options.results), client)
    for recipe in recipes:
        remove_run(options.runs / recipe.name)


def _spread(options: argparse.Namespace) -> None:
    recipe = read_recipe(options.recipe)
    _check_place(recipe.name, options)
    if not 1 <= options.seeds <= MAX_SEEDS:
        raise InvalidValueError(f"--seeds {options.seeds} must be from 1 to {MAX_SEEDS}")
    count = _num_workers(options)
    corpus = open_corpus(recipe.corpus, options.corpora, recipe.seed)
    data = corpus.load()
    recipes = seed_recipes(recipe, options.seeds)
    with open_workers(count, options.scheduler) as client:
        run_series(recipes, SeriesOptions(options.corpora, options.runs, options.results), client)
    chosen = chosen_seed(recipes, options.results)
    fit = Fit(chosen, data, FitOptions(torch.device("cpu"), options.runs / chosen.name, quiet=True))
    fit.recipe = recipe.model_copy(update={"seed": chosen.seed})  # under its own name
    folder = publish(fit, fit.best_model(), corpus, data, options.checkpoints)
    print(f"seed {chosen.seed}; wrote {folder}")
    if options.update_recipes:
        write_recipe(fit.recipe, RECIPES)
    for each in recipes:
        remove_run(options.runs / each.name)


def _remember(options: argparse.Namespace) -> None:
    checkpoint = load(options.checkpoint, options.checkpoints)
    recipe = make_recipe(checkpoint.card.training.recipe)
    data = open_corpus(recipe.corpus, options.corpora, recipe.seed).load()
    train, valid = data.splits["train"], data.splits["valid"]
    belief, gain = choose_melodies(alone(checkpoint.model), train, valid)
    numbers = ", ".join(f"{key} {value:g}" for key, value in asdict(belief).items())
    print(f"{numbers}: {gain:.4f} nats per frame better on the pieces of valid that were looked at")
    if gain < options.least_gain:
        print(f"that is less than {options.least_gain:g}: {checkpoint.card.name} stays as it is")
        return
    print(f"wrote {publish_reminded(checkpoint, belief, data, options.checkpoints)}")
    if options.update_recipes:
        write_recipe(remembering(recipe, belief), RECIPES)


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


def _num_workers(options: argparse.Namespace, default: int | None = None) -> int:
    count = options.workers if options.workers is not None else default or num_cores()
    if not 1 <= count <= MAX_WORKERS:
        raise InvalidValueError(f"--workers {count} must be from 1 to {MAX_WORKERS}")
    return count


def _evaluate(options: argparse.Namespace) -> None:
    checkpoint = load(options.checkpoint, options.checkpoints)
    fitted_by = checkpoint.card.training.recipe  # plain, since an earlier Earshot may have written it
    name = options.corpus or fitted_by["corpus"]
    data = open_corpus(name, options.corpora, fitted_by["seed"]).load()
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


COMMANDS = {
    "list": _list,
    "fetch": _fetch,
    "fit": _fit,
    "search": _search,
    "spread": _spread,
    "ablate": _ablate,
    "remember": _remember,
    "evaluate": _evaluate,
    "report": _report,
}

if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a user's file may have a name that is no UTF-8
    sys.exit(main())
