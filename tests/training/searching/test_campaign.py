"""Searches on real worker processes: what is on disk, and what is left when one is killed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from engine.checkpoints.checkpoint import read_card
from engine.errors import EngineError
from tests.patience import until
from tests.training import tiny
from tests.training.songs import write_songs
from training.fitting.recipe import Recipe, read_recipe
from training.searching.campaign import Campaign, CampaignOptions
from training.searching.results import SearchResult, read_result, write_result
from training.searching.search import new_result
from training.searching.workers import open_workers

TANH = {"cells": tiny.layers("tanh")}


class Place:
    """Folders of a test's own, and the searches in them."""

    def __init__(self, folder: Path, songs: Path):
        self.folder, self.songs, self.lines = folder, songs, []
        for part in ("checkpoints", "recipes"):
            (folder / part).mkdir(parents=True)

    def recipe(self, **changes: object) -> Recipe:
        return tiny.recipe(**{"corpus": f"midi:{self.songs}", "max_epochs": 30, **changes})

    def options(self, **changes: object) -> CampaignOptions:
        folders = {part: self.folder / part for part in ("checkpoints", "results", "runs", "recipes")}
        given = {"corpora": None, "num_seeds": 2, "device": "cpu", "tell": self.lines.append, **folders}
        return CampaignOptions(**{**given, **changes})

    def run(self, client: Client, *recipes: Recipe, **changes: object) -> SearchResult:
        recipes = recipes or (self.recipe(),)
        Campaign(recipes, self.options(**changes)).run(client)
        return self.result()

    def result(self, name: str = "tiny") -> SearchResult:
        return read_result(name, self.folder / "results")


@pytest.fixture(scope="module")
def songs(tmp_path_factory) -> Path:
    return write_songs(tmp_path_factory.mktemp("corpus") / "songs")


@pytest.fixture
def place(tmp_path, songs) -> Place:
    return Place(tmp_path / "place", songs)


@pytest.fixture(scope="module")
def client():
    with open_workers(2) as client:
        yield client


@pytest.fixture(scope="module")
def undisturbed(client, songs, tmp_path_factory) -> SearchResult:
    return Place(tmp_path_factory.mktemp("whole") / "place", songs).run(client)


def figures(result: SearchResult) -> dict[str, object]:
    """All that a result holds, by its place in it, except seconds."""

    def leaves(place: str, value: object) -> Iterator[tuple[str, object]]:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            if isinstance(part, dict | list | tuple):
                yield from leaves(f"{place}{key}.", part)
            elif key != "seconds":
                yield f"{place}{key}", part

    return dict(leaves("", result.model_dump()))


def as_in(result: SearchResult) -> dict[str, object]:
    """The same figures, but for rounding: after a worker's death, other trials run together."""
    return {
        place: pytest.approx(value, rel=1e-5) if isinstance(value, float) else value
        for place, value in figures(result).items()
    }


def test_a_search_ends_with_a_winner_its_checkpoint_its_recipe_and_its_seeds(place, client):
    result = place.run(client)
    best = result.trials[result.best]
    assert best.best_valid == min(
        trial.best_valid for trial in result.trials if trial.ended in ("last epoch", "early stopping")
    )
    assert [trial.ended for trial in result.trials].count("dropped") == 8
    card = read_card("tiny", place.folder / "checkpoints")
    assert card.training.recipe == result.recipe
    assert card.training.recipe["optimiser"]["learning_rate"] == best.learning_rate
    assert card.metrics["valid"]["nats_per_frame"] == pytest.approx(best.best_valid, rel=1e-6)
    assert read_recipe("tiny", place.folder / "recipes").model_dump() == result.recipe
    assert [run.seed for run in result.seeds] == [2]
    assert result.seeds[0].metrics["test"]["nats_per_frame"] != card.metrics["test"]["nats_per_frame"]
    assert not list(place.folder.glob("runs/*")), "states of a search that is done are of no use"


def test_a_search_that_is_done_is_not_done_again(place, client):
    first = place.run(client, recipes=None)
    assert not (place.folder / "recipes" / "tiny.json").exists()
    lines = len(place.lines)
    assert place.run(client) == first and len(place.lines) == lines + 1
    assert place.lines[-1].startswith("tiny: done already; move ")
    assert read_recipe("tiny", place.folder / "recipes").model_dump() == first.recipe, "asked for only now"
    more = place.run(client, num_seeds=3)
    assert [run.seed for run in more.seeds] == [2, 3] and more.trials == first.trials


def test_each_result_is_on_disk_when_it_is_told(place, client):
    told = []

    def tell(line: str) -> None:
        if "epoch" in line:
            told.append(sum(trial.epochs > 0 for trial in place.result().trials))

    place.run(client, tell=tell)
    assert told[0] == 5 and told[-1] == 10  # two groups of five


def test_a_checkpoint_that_could_not_be_written_is_written_the_next_time(place, client, monkeypatch):
    with monkeypatch.context() as patch:

        def refuse(*_):
            raise EngineError("the disk is full")

        patch.setattr("training.searching.campaign.publish", refuse)
        with pytest.raises(EngineError, match="disk is full"):
            place.run(client)
    assert place.result().best is not None
    place.run(client)
    assert read_card("tiny", place.folder / "checkpoints").training.recipe == place.result().recipe


def test_a_winner_whose_weights_are_gone_is_not_published(place, client, monkeypatch):
    """A fresh model was published in place of the winner once: the folder of its state had been moved."""
    place.run(client)
    for folder in (place.folder / "checkpoints").iterdir():
        shutil.rmtree(folder)
    with pytest.raises(EngineError, match=r"weights of the winner of 'tiny' are not in .* any more: move"):
        place.run(client)
    assert not list((place.folder / "checkpoints").iterdir())


def test_several_searches_share_the_workers(place, client):
    place.run(client, place.recipe(), place.recipe(name="other", model=TANH, max_epochs=8))
    assert place.result("other").best is not None and place.result().best is not None


def test_a_local_worker_that_is_killed_is_replaced_and_nothing_is_lost(place, client, undisturbed):
    pids = client.run(os.getpid)

    def kill_a_busy_one(_: str) -> None:
        if pids:
            busy = [address for address, jobs in client.processing().items() if jobs]
            os.kill(pids[busy[0] if busy else next(iter(pids))], signal.SIGKILL)
            pids.clear()

    assert figures(place.run(client, tell=kill_a_busy_one)) == as_in(undisturbed)
    client.wait_for_workers(2, timeout=60)


@pytest.fixture
def scheduler(tmp_path, project_folder):
    """Address of a scheduler, with two worker processes that nobody starts again."""
    address = tmp_path / "address.json"
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        log = (tmp_path / f"log-{len(started)}").open("w")
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(address)]
        started.append(subprocess.Popen(command, cwd=project_folder, stdout=log, stderr=log))
        log.close()
        return started[-1]

    start("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
    workers = [start("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard") for _ in range(2)]
    try:
        yield address, workers
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_one_of_two_machines_dies_and_the_search_ends_as_if_it_had_not(place, scheduler, undisturbed):
    """The other worker takes over what the dead one had, from the states on disk."""
    address, workers = scheduler
    until(address.exists)
    with Client(scheduler_file=str(address)) as client:
        client.wait_for_workers(2, timeout=60)

        def kill_one(_: str) -> None:
            workers[0].kill()

        result = place.run(client, tell=kill_one)
        assert len(client.scheduler_info()["workers"]) == 1
    assert figures(result) == as_in(undisturbed)


KILLED = """
import sys
from pathlib import Path
from tests.training.searching.test_campaign import Place
from training.searching.workers import open_workers

if __name__ == "__main__":
    place = Place.__new__(Place)
    place.folder, place.songs, place.lines = Path(sys.argv[1]), Path(sys.argv[2]), []
    with open_workers(2) as client:
        place.run(client)
"""


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_and_fits_no_finished_rung_again(
    place, client, undisturbed, tmp_path, project_folder
):
    """Killed with -9 when the first rung is on disk."""
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(place.folder), str(place.songs)]
    environment = {**os.environ, "PYTHONPATH": str(project_folder)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def has_dropped() -> bool:
        result = place.result()
        return result is not None and any(trial.ended == "dropped" for trial in result.trials)

    until(lambda: has_dropped() or process.poll() is not None, 90)
    process.kill()
    process.wait()
    before = place.result()
    dropped = [trial for trial in before.trials if trial.ended == "dropped"]
    assert dropped, "it was killed too early to show anything"
    after = place.run(client)
    assert figures(after) == as_in(undisturbed)
    assert all(trial in after.trials for trial in dropped), (
        "a dropped trial was fitted again: its seconds changed"
    )


def refusal(place: Place, *recipes: Recipe, match: str, **changes: object) -> None:
    before = sorted(place.folder.rglob("*"))
    with pytest.raises(EngineError, match=match):
        Campaign(recipes or (place.recipe(),), place.options(**changes))
    assert sorted(place.folder.rglob("*")) == before


def test_an_unknown_corpus_is_refused_before_anything_is_written(place):
    refusal(place, place.recipe(corpus="bach"), match="unknown corpus 'bach'")


def test_results_of_another_recipe_are_refused_and_left_as_they_are(place):
    write_result(
        "tiny",
        new_result(place.recipe(model={"cells": tiny.layers(hidden_size=9)})),
        place.folder / "results",
    )
    refusal(place, match="results of 'tiny' are those of another recipe")


def test_a_result_that_is_none_is_refused(place):
    (place.folder / "results").mkdir()
    (place.folder / "results" / "tiny.json").write_text("{}")
    refusal(place, match="is no result of a search")


def test_two_searches_in_one_folder_are_refused(place):
    first = Campaign([place.recipe()], place.options())
    with first.held:
        refusal(place, match="a search of 'tiny' is running already")
    with pytest.raises(EngineError, match="running already"):
        Campaign([place.recipe()] * 2, place.options())
    Campaign([place.recipe()], place.options()).held.close()


def test_a_checkpoint_of_another_fit_is_replaced_only_on_demand(place, client):
    place.run(client)
    other = place.recipe(model=TANH)
    refusal(place, other, match="exists: choose another --name", results=place.folder / "elsewhere")
    Campaign([other], place.options(replace=True, results=place.folder / "elsewhere")).held.close()


def test_a_scheduler_that_is_not_there_is_named():
    match = "no Dask scheduler answers at 'nonsense://here'"
    with pytest.raises(EngineError, match=match), open_workers(1, "nonsense://here"):
        pass
