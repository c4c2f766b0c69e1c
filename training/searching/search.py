"""Search: the best of ten learning rates on validation, found by successive halving.

Chung et al. 2014 draw ten learning rates log-uniformly from U(-12, -6) and keep the best on validation;
the base is not printed. Ours is 2: from 2.4e-4 to 1.6e-2, with the 1e-3 of the authors' own code inside.
In base e, half the range lies below 1.2e-4, at which RMSProp moves no weight far enough in the epochs
that the paper shows.

All trials have the same initial weights, batches and noise, so any group of them runs as one population.
After each rung the best go on from where they were. Everything that is known is in the SearchResult, and
in the states of the trials' fits, so that a search goes on wherever it was stopped; apart from rounding, a
trial's numbers do not depend on where, when, or together with which others it ran.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import EngineError
from training.corpora import SPLITS, load_data, open_corpus
from training.fitting import Fit, FitOptions, Progress, Recipe, make_recipe, metrics, run_together
from training.searching.results import RateTrial, Rung, SearchResult, SeedResult

NUM_RATES = 10
RATE_EXPONENTS = (-12.0, -6.0)
RATE_BASE = 2.0
RUNGS = ((15, 4), (5, 2))  # (n, k): after max_epochs / n epochs the best k trials go on


def learning_rates(seed: int) -> list[float]:
    """Ten draws, log-uniform, to four digits so that a recipe's JSON holds them exactly."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, NUM_RATES)))
    return [float(f"{RATE_BASE**exponent:.4g}") for exponent in rng.uniform(*RATE_EXPONENTS, NUM_RATES)]


def with_rate(recipe: Recipe, learning_rate: float) -> Recipe:
    """The same recipe at another learning rate."""
    return recipe.model_copy(
        update={"optimiser": recipe.optimiser.model_copy(update={"learning_rate": learning_rate})}
    )


@dataclass(frozen=True)
class Job:
    """One worker's task: fits of one recipe at one or more learning rates, side by side, up to an epoch.

    Args:
        recipe: as a plain object, at any learning rate.
        rates: one for each fit.
        folders: where the states of the fits are, one for each.
        until_epoch: where to pause.
        corpora: folder of the corpora.
        device: ``"cpu"`` or ``"cuda"``.
        scored: whether the splits are scored with the best weights at the end.
    """

    recipe: dict[str, Any]
    rates: tuple[float, ...]
    folders: tuple[str, ...]
    until_epoch: int
    corpora: str | None
    device: str
    scored: bool = False


def run_job(job: Job) -> list[dict[str, Any]]:
    """Fit; returns a report of each fit, as plain values; after an EngineError only its sentence."""
    torch.set_num_threads(1)
    try:
        recipe = make_recipe(job.recipe)
        corpus = open_corpus(recipe.corpus, Path(job.corpora) if job.corpora else None, recipe.seed)
        data = load_data(corpus, recipe.samples_per_frame)
        fits = [
            Fit(with_rate(recipe, rate), data, FitOptions(torch.device(job.device), Path(folder), quiet=True))
            for rate, folder in zip(job.rates, job.folders, strict=True)
        ]
        run_together(fits, job.until_epoch)
        reports = [_report(fit.progress) for fit in fits]
        if job.scored:
            for fit, report in zip(fits, reports, strict=True):
                model = fit.best_model()
                report["metrics"] = {split: metrics(model, data, split) for split in SPLITS}
    except EngineError as error:
        return [{"error": str(error)}]
    return reports


def _report(progress: Progress) -> dict[str, Any]:
    return {
        "epochs": progress.epoch,
        "best_epoch": progress.best_epoch,
        "best_valid": progress.best_valid,
        "seconds": round(progress.seconds, 1),
        "finished": progress.finished,
        "diverged": progress.diverged,
    }


class Search:
    """Where one search stands and what is to be done next; it computes nothing itself.

    Args:
        recipe: its learning rate is not read.
        result: of an earlier session, or None.
        runs: folder of the states of the trials' fits.
        num_seeds: seeds in all with which the winning rate is fitted.
        rungs: of a new search, in the form of RUNGS; one that goes on keeps its own.

    Raises:
        EngineError: the result belongs to another recipe.
    """

    def __init__(
        self,
        recipe: Recipe,
        result: SearchResult | None,
        runs: Path,
        num_seeds: int = 1,
        rungs: Sequence[tuple[int, int]] = RUNGS,
    ):
        self.recipe = recipe
        self.runs = runs
        self.num_seeds = num_seeds
        self.result = result or new_result(recipe, rungs)
        if with_rate(make_recipe(self.result.recipe), 1.0) != with_rate(recipe, 1.0):
            raise EngineError(
                f"the results of {recipe.name!r} are those of another recipe: choose another --results "
                "folder, or move that file away to search again"
            )

    @property
    def is_decided(self) -> bool:
        """Whether the winner is known."""
        return self.result.best is not None

    def winner(self) -> Recipe:
        """The recipe at the best learning rate."""
        return with_rate(self.recipe, self.result.trials[self.result.best].learning_rate)

    def trial_folder(self, index: int) -> Path:
        """Where the fit of a trial keeps its state."""
        return self.runs / f"rate-{index}"

    def waiting_trials(self) -> tuple[list[int], int]:
        """Trials that have not come to the end of the present rung, and the epoch where it ends."""
        running = [index for index, trial in enumerate(self.result.trials) if trial.ended == "running"]
        for until in [*(rung.epochs for rung in self.result.rungs), self.recipe.max_epochs]:
            behind = [index for index in running if self.result.trials[index].epochs < until]
            if behind:
                return behind, until
        return [], self.recipe.max_epochs

    def waiting_seeds(self) -> list[int]:
        """Seeds with which the winner is still to be fitted."""
        done = {run.seed for run in self.result.seeds}
        wanted = range(self.recipe.seed + 1, self.recipe.seed + self.num_seeds)
        return [seed for seed in wanted if seed not in done] if self.is_decided else []

    def take_trials(self, indices: Sequence[int], reports: Sequence[dict[str, Any]]) -> None:
        """Enter what a job found; if that ends a rung, drop the trials behind; if it ends all, decide."""
        for index, report in zip(indices, reports, strict=True):
            self.result.trials[index] = self._trial(index, report)
        self._drop()
        if all(trial.ended != "running" for trial in self.result.trials):
            self._decide()

    def take_seed(self, seed: int, report: dict[str, Any]) -> None:
        """Enter the fit with another seed.

        Raises:
            EngineError: it diverged.
        """
        if report["diverged"]:
            raise EngineError(f"{self.recipe.name} with seed {seed} diverged at the winning learning rate")
        values = {key: value for key, value in report.items() if key in SeedResult.model_fields}
        self.result.seeds = sorted(
            [*self.result.seeds, SeedResult(seed=seed, **values)], key=lambda run: run.seed
        )

    def _trial(self, index: int, report: dict[str, Any]) -> RateTrial:
        ended = "running"
        if report["diverged"]:
            ended = "diverged"
        elif report["finished"]:
            ended = "last epoch" if report["epochs"] >= self.recipe.max_epochs else "early stopping"
        values = {key: value for key, value in report.items() if key in RateTrial.model_fields}
        return RateTrial(learning_rate=self.result.trials[index].learning_rate, ended=ended, **values)

    def _standing(self) -> list[int]:
        """Trials that may still win, the one with the lowest validation figure first."""
        trials = self.result.trials
        able = [
            index
            for index, trial in enumerate(trials)
            if trial.best_valid is not None and trial.ended not in ("dropped", "diverged")
        ]
        return sorted(able, key=lambda index: trials[index].best_valid)

    def _drop(self) -> None:
        """Once all running trials are at the end of a rung, drop those beyond the best that it keeps."""
        trials = self.result.trials
        running = [trial for trial in trials if trial.ended == "running"]
        for rung in self.result.rungs:
            if all(trial.epochs == rung.epochs for trial in running):
                for index in self._standing()[rung.keep :]:
                    if trials[index].ended == "running":
                        trials[index].ended = "dropped"

    def _decide(self) -> None:
        standing = self._standing()
        if not standing:
            raise EngineError(
                f"all learning rates of {self.recipe.name} diverged: the corpus or the recipe is at fault"
            )
        self.result.best = standing[0]
        self.result.recipe = self.winner().model_dump()


def new_result(recipe: Recipe, rungs: Sequence[tuple[int, int]] = RUNGS) -> SearchResult:
    """A search that has not begun."""
    return SearchResult(
        recipe=recipe.model_dump(),
        rungs=[Rung(epochs=max(1, recipe.max_epochs // share), keep=keep) for share, keep in rungs],
        trials=[RateTrial(learning_rate=rate) for rate in learning_rates(recipe.seed)],
        machine="",
    )
