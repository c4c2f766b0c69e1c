"""Campaign: several searches on the same workers at once; each result is on disk as soon as it is known."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from distributed import Client, Future, KilledWorker, as_completed

from engine.checkpoints import available, read_card
from engine.errors import EngineError, InvalidValueError
from training.corpora import Corpus, CorpusData, load_data, open_corpus
from training.fitting import RUNS, Fit, FitOptions, Recipe, make_recipe, remove_run, run_lock, write_recipe
from training.publishing import publish
from training.searching.results import read_result, write_result
from training.searching.search import RUNGS, Job, Search, run_job
from training.searching.workers import num_cores, workers_died


@dataclass(frozen=True)
class CampaignOptions:
    """Where a campaign reads and writes.

    Args:
        corpora: folder of the corpora, None for the default.
        checkpoints: where winners are published.
        results: where results are kept.
        num_seeds: seeds in all with which a winning rate is fitted.
        device: ``"cpu"`` or ``"cuda"``.
        replace: whether a checkpoint that another fit wrote may be replaced.
        rungs: of new searches, in the form of RUNGS.
        recipes: where a winner is written as a recipe, None for nowhere.
        runs: where the states of fits are kept.
        tell: takes a line of progress.
    """

    corpora: Path | None
    checkpoints: Path
    results: Path
    num_seeds: int
    device: str
    replace: bool = False
    rungs: tuple[tuple[int, int], ...] = RUNGS
    runs: Path = RUNS
    recipes: Path | None = None
    tell: Callable[[str], None] = print


@dataclass(frozen=True)
class _Task:
    """A job under way: which search it belongs to, and which trials, or which seed, it fits."""

    search: Search
    trials: tuple[int, ...] = ()
    seed: int | None = None


class Campaign:
    """Runs searches to their end.

    Raises:
        EngineError: a corpus is unknown or missing, a result belongs to another recipe, or one of the
            searches is already running.
    """

    def __init__(self, recipes: Sequence[Recipe], options: CampaignOptions):
        self.options = options
        self.held = ExitStack()
        self.corpora: dict[tuple[str, int, int | None], tuple[Corpus, CorpusData]] = {}
        try:
            self.searches = [self._open(recipe) for recipe in recipes]
        except BaseException:
            self.held.close()
            raise

    def run(self, client: Client) -> None:
        """Hand out jobs until all is done.

        Raises:
            EngineError: a fit cannot be made, or workers die again and again.
        """
        self.client = client
        self.tasks: dict[Future, _Task] = {}
        self.num_workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        self.waiting = as_completed()
        with self.held:
            for search in self.searches:
                if self._is_published(search) and not search.waiting_seeds():
                    path = self.options.results / f"{search.recipe.name}.json"
                    self.options.tell(f"{search.recipe.name}: done already; move {path} away to search again")
                self._end(search)
                self._go_on(search)
            for future in self.waiting:
                self._take(future)

    def _open(self, recipe: Recipe) -> Search:
        self._data(recipe)  # now: a missing corpus is reported before hours of work
        self._stand(recipe)  # refuses what must be refused, before anything is written
        folder = self.options.runs / f"{recipe.name}.search"
        self.held.enter_context(run_lock(folder, f"a search of {recipe.name!r}"))
        return self._stand(recipe)

    def _stand(self, recipe: Recipe) -> Search:
        """The search as its results on disk leave it."""
        options = self.options
        runs = options.runs / f"{recipe.name}.search"
        result = read_result(recipe.name, options.results)
        search = Search(recipe, result, runs, options.num_seeds, options.rungs)
        search.result.machine = f"{num_cores()} CPU cores, torch {torch.__version__}"
        self._check_place(search)
        return search

    def _check_place(self, search: Search) -> None:
        """Make sure, before hours of fitting, that the checkpoint may be written."""
        name, folder = search.recipe.name, self.options.checkpoints
        if name in available(folder):
            if not self.options.replace and not self._is_published(search):
                raise InvalidValueError(
                    f"checkpoint {name!r} exists: choose another --name, or say --replace"
                )
        elif (folder / name).exists():
            raise InvalidValueError(f"{folder / name} exists and is no checkpoint: move it away")

    def _is_published(self, search: Search) -> bool:
        name, folder = search.recipe.name, self.options.checkpoints
        if not search.is_decided or name not in available(folder):
            return False
        return make_recipe(read_card(name, folder).training.recipe) == search.winner()

    def _data(self, recipe: Recipe) -> tuple[Corpus, CorpusData]:
        key = (recipe.corpus, recipe.seed, recipe.samples_per_frame)
        if key not in self.corpora:
            corpus = open_corpus(recipe.corpus, self.options.corpora, recipe.seed)
            self.corpora[key] = corpus, load_data(corpus, recipe.samples_per_frame)
        return self.corpora[key]

    def _go_on(self, search: Search) -> None:
        """Hand out what is to be done next in a search; none of its trials may be under way."""
        indices, until_epoch = search.waiting_trials()
        num_groups = -(-self.num_workers // len(self.searches))
        for first in range(min(num_groups, len(indices))):
            group = tuple(indices[first::num_groups])
            self._submit(_Task(search, trials=group), self._trial_job(search, group, until_epoch))
        for seed in search.waiting_seeds():
            self._submit(_Task(search, seed=seed), self._seed_job(search, seed))
        if search.is_decided and not any(task.search is search for task in self.tasks.values()):
            for folder in (*search.runs.glob("rate-*"), *search.runs.glob("seed-*")):
                remove_run(folder)

    def _trial_job(self, search: Search, indices: Sequence[int], until_epoch: int) -> Job:
        return Job(
            recipe=search.recipe.model_dump(),
            rates=tuple(search.result.trials[index].learning_rate for index in indices),
            folders=tuple(str(search.trial_folder(index)) for index in indices),
            until_epoch=until_epoch,
            corpora=str(self.options.corpora) if self.options.corpora else None,
            device=self.options.device,
        )

    def _seed_job(self, search: Search, seed: int) -> Job:
        winner = search.winner().model_copy(update={"seed": seed})
        return Job(
            recipe=winner.model_dump(),
            rates=(winner.optimiser.learning_rate,),
            folders=(str(search.runs / f"seed-{seed}"),),
            until_epoch=winner.max_epochs,
            corpora=str(self.options.corpora) if self.options.corpora else None,
            device=self.options.device,
            scored=True,
        )

    def _submit(self, task: _Task, job: Job) -> None:
        future = self.client.submit(
            run_job, job, pure=False, priority=-self.searches.index(task.search)
        )  # earlier searches first, so that something is finished early
        self.tasks[future] = task
        self.waiting.add(future)

    def _take(self, future: Future) -> None:
        task = self.tasks.pop(future)
        search = task.search
        reports = self._reports(future)
        if task.seed is not None:
            search.take_seed(task.seed, reports[0])
            self._keep(search)
            self.options.tell(f"{search.recipe.name}: seed {task.seed} done")
        else:
            search.take_trials(task.trials, reports)
            self._keep(search)
            self._tell(search, task.trials)
        if any(other.search is search for other in self.tasks.values()):
            return
        self._end(search)
        self._go_on(search)

    def _end(self, search: Search) -> None:
        """Publish the winner of a decided search, and write its recipe, where that is still to be done."""
        if not search.is_decided:
            return
        if not self._is_published(search):
            self._publish(search)
        if self.options.recipes is not None:
            write_recipe(search.winner(), self.options.recipes)

    def _reports(self, future: Future) -> list[dict[str, Any]]:
        try:
            reports = future.result()
        except KilledWorker as error:
            raise workers_died(error) from None
        if "error" in reports[0]:
            raise EngineError(reports[0]["error"])
        return reports

    def _keep(self, search: Search) -> None:
        write_result(search.recipe.name, search.result, self.options.results)

    def _tell(self, search: Search, indices: Sequence[int]) -> None:
        for index in indices:
            trial = search.result.trials[index]
            best = "no figure" if trial.best_valid is None else f"best valid {trial.best_valid:.4f}"
            name, rate = search.recipe.name, trial.learning_rate
            self.options.tell(f"{name}: rate {rate:g}, epoch {trial.epochs}, {best} ({trial.ended})")

    def _publish(self, search: Search) -> None:
        """Write the winner's checkpoint from the state of its fit."""
        winner = search.winner()
        corpus, data = self._data(winner)
        folder = search.trial_folder(search.result.best)
        fit = Fit(winner, data, FitOptions(torch.device(self.options.device), folder, quiet=True))
        if fit.progress.best_valid != search.result.trials[search.result.best].best_valid:
            raise EngineError(
                f"the weights of the winner of {winner.name!r} are not in {folder} any more: move "
                f"{self.options.results / winner.name}.json away to search again"
            )
        written = publish(fit, fit.best_model(), corpus, data, self.options.checkpoints, self.options.replace)
        self.options.tell(f"{winner.name}: rate {winner.optimiser.learning_rate:g} is best; wrote {written}")
