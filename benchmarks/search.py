"""What a search of ten learning rates costs, compared with ten single fits: part of ``make bench``.

The yardstick is what the paper did: ten full fits, one after another, each until early stopping. The
search runs on all cores. Both take the same recipe, rates, seed and corpus, and start from nothing.
"""

import tempfile
import time
from pathlib import Path

import torch

from engine.errors import EngineError
from training.corpora import open_corpus
from training.fitting import Fit, FitOptions, Recipe, read_recipe
from training.searching import (
    Campaign,
    CampaignOptions,
    learning_rates,
    num_cores,
    open_workers,
    read_result,
    with_rate,
)

RECIPE = "jsb_chorales-gru"
MAX_TIME_RATIO = 1 / 3


def ten_fits(recipe: Recipe, folder: Path) -> tuple[float, float]:
    """Seconds, and the best negative log-likelihood on the validation split, in nats per frame."""
    data = open_corpus(recipe.corpus, None, recipe.seed).load()
    started_at, best = time.perf_counter(), []
    for index, rate in enumerate(learning_rates(recipe.seed)):
        options = FitOptions(torch.device("cpu"), folder / f"rate-{index}", quiet=True)
        fit = Fit(with_rate(recipe, rate), data, options)
        fit.run()
        best.append(fit.progress.best_valid)
    return time.perf_counter() - started_at, min(best)


def one_search(recipe: Recipe, folder: Path) -> tuple[float, float]:
    """Seconds, from starting workers to writing the checkpoint, and the winner's figure as in `ten_fits`."""
    places = {key: folder / key for key in ("checkpoints", "results", "runs")}
    options = CampaignOptions(corpora=None, num_seeds=1, device="cpu", tell=lambda _: None, **places)
    options.checkpoints.mkdir()
    started_at = time.perf_counter()
    with open_workers(num_cores()) as client:
        Campaign([recipe], options).run(client)
    seconds = time.perf_counter() - started_at
    result = read_result(recipe.name, options.results)
    return seconds, result.trials[result.best].best_valid


def main() -> None:
    """Print both costs, their ratio and both validation figures; without the corpus, say so."""
    torch.set_num_threads(1)
    recipe = read_recipe(RECIPE)
    with tempfile.TemporaryDirectory() as folder:
        try:
            search_seconds, search_valid = one_search(recipe, Path(folder))
            fits_seconds, fits_valid = ten_fits(recipe, Path(folder) / "fits")
        except EngineError as error:
            print(f"search of ten learning rates: not measured ({error})")
            return
    print(
        f"search of ten learning rates, {RECIPE}: {search_seconds:.1f} s (ten single fits one after another "
        f"{fits_seconds:.1f} s; ratio {search_seconds / fits_seconds:.2f}; at most {MAX_TIME_RATIO:.2f}); "
        f"best validation {search_valid:.4f} nats per frame (ten fits {fits_valid:.4f})"
    )


if __name__ == "__main__":
    main()
