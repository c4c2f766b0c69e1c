"""A kind of trial is added by its own file and one entry: here one of the test's own goes the whole way."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from starlette.datastructures import Headers

from engine import __main__ as program
from engine.checkpoints.checkpoint import load
from engine.listening import TASKS, VoteStore, analyse, analysis_text, export_text, read_key, read_vote_files
from engine.listening.tasks.task import Lanes, Name, Task
from engine.listening.trial import Answer, Record, Trial, Vote
from engine.words import counted
from pages.house.catalogue import read_catalogue
from pages.house.visitor import Visitors
from pages.listen import trial_page
from pages.listen.compare import ComparePage
from pages.listen.listening_room import ListeningRoom
from pages.listen.wish import Wish
from tests.coroutines import run_in_thread
from tests.engine.small_models import published
from tests.engine.tones import write_tone
from tests.pages.listen.long_ago import ask_long_ago
from tests.source import PROJECT, files

NAME = "odd_one_out"
CORPUS, MODELS = "jsb_chorales", ("jsb_chorales-tanh", "jsb_chorales-gru")
SOMEWHERE = SimpleNamespace(client=None, headers=Headers())  # a request
NOBODY = "nobody-in-particular"
NOW = "2026-11-23T12:00:00Z"


class OddOneOut(Task):
    """Three clips, two of which are one and the same."""

    name = NAME
    label = "Which is the odd one out?"
    hint = "Two models; one of them is heard twice."
    question = "Which clip is not like the other two?"
    summary = "three clips: two are the same, and you say which is not."
    lane_names = ("A", "B", "C")
    answers = (("0", "A"), ("1", "B"), ("2", "C"))
    num_lanes = (3, 3)
    num_sources = (2, 2)
    num_trials = 6

    def lanes(
        self, sources: Lanes, num_trials: int, asked: Sequence[Record], rng: np.random.Generator
    ) -> list[Lanes]:
        assignments = []
        for _ in range(num_trials):
            odd, other = rng.permutation(2)
            lanes = [sources[other]] * 3
            lanes[rng.integers(3)] = sources[odd]
            assignments.append(tuple(lanes))
        return assignments

    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        right = sum(int(vote.answer.choice) == odd_lane(vote.trial.lanes) for vote in votes)
        who = " and ".join(sorted({name(lane.source) for lane in votes[0].trial.lanes}))
        return f"of {who} you found the odd one in {right} of {counted(len(votes), 'trial')}"


def odd_lane(lanes: Sequence[Any]) -> int:
    """The place of the clip that stands alone."""
    clips = [lane.clip_sha256 for lane in lanes]
    return next(place for place, clip in enumerate(clips) if clips.count(clip) == 1)


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setitem(TASKS, NAME, OddOneOut())
    ask_long_ago(monkeypatch)


@pytest.fixture
def room(tmp_path) -> ListeningRoom:
    return ListeningRoom(VoteStore(tmp_path / "votes.sqlite3"), cache(load))


def given(trial: Trial, choice: str) -> dict[str, Any]:
    """An answer as a browser sends it, from somebody who has heard enough."""
    seconds = min(4.0, trial.seconds)
    return {"choice": choice, "heard_seconds": [seconds] * 3, "response_seconds": 3 * seconds}


def take(room: ListeningRoom, num_trials: int) -> Iterator[dict[str, Any]]:
    """Take a whole test on the Trial page, always answering rightly; gives what is told after each answer."""
    trial_id = room.start(Wish(NAME, MODELS, num_trials=num_trials), NOBODY)
    for _ in range(num_trials):
        shown = trial_page.asked(room, trial_id, NOBODY)
        assert (shown["state"], shown["question"]) == ("asking", OddOneOut.question)
        assert (shown["names"], shown["answers"]) == (OddOneOut.lane_names, OddOneOut.answers)
        assert len(shown["lanes"]) == 3
        trial = room.store.find(trial_id, NOBODY).trial
        told = trial_page.answered(room, trial_id, NOBODY, given(trial, str(odd_lane(trial.lanes))))
        assert (told["state"], told["message"]) == ("kept", trial_page.KEPT)
        yield trial_page.asked(room, trial_id, NOBODY)
        trial_id = room.next(trial_id, NOBODY)


def answers_of(records: Iterable[Record]) -> dict[str, Answer | None]:
    """Answers by trial: exports are in another order, and hold pseudonyms."""
    return {record.trial.trial_id: record.answer for record in records}


def test_a_test_is_taken_kept_taken_home_and_analysed(room, tmp_path):
    first, last = take(room, 2)
    assert first["has_next"] and {row["name"] for row in first["reveal"]} == {"A", "B", "C"}
    assert last["verdict"] == "Of GRU and tanh you found the odd one in 2 of 2 trials."
    kept = VoteStore(room.store.path).records(NOBODY)
    assert [record.trial.task for record in kept] == [NAME, NAME]

    home = tmp_path / "votes.jsonl"
    home.write_text(export_text(room.store.export(), "jsonl"))
    votes = read_vote_files([home])
    assert votes.problems == () and answers_of(votes.records) == answers_of(kept)
    assert export_text(room.store.export(), "csv").count(NAME) == 2
    analysis = analyse(votes.records)
    assert (analysis.num_records, analysis.excluded, analysis.corpora) == (2, {}, ())
    assert analysis_text(analysis)


def test_what_is_no_answer_to_it_does_not_count(room):
    first = room.start(Wish(NAME, MODELS, num_trials=1), NOBODY)
    trial = room.store.find(first, NOBODY).trial
    told = trial_page.answered(room, first, NOBODY, given(trial, "tie"))
    assert told["state"] == "again" and "choice 'tie' must be one of 0, 1, 2" in told["message"]
    assert room.store.records() == []


async def laid_out(room: ListeningRoom) -> ComparePage:
    """The Compare page, laid out in a running loop: where none runs, Gradio opens one that nobody closes."""
    with gr.Blocks():
        return ComparePage(
            read_catalogue("piano_roll"), room, Visitors(b"a secret"), [("JSB Chorales", CORPUS)]
        )


def test_compare_offers_it(room):
    page = run_in_thread(laid_out(room))
    assert page.task.choices[-1] == (OddOneOut.label, NAME)
    names = [name for _, name in page.catalogue.models(CORPUS)]
    hint, num_trials, chosen, *_ = page.question(NAME, names)
    assert (hint, num_trials, chosen) == (OddOneOut.hint, 6, names[:2])
    known, trial_id = page.begin(SOMEWHERE, None, NAME, MODELS, False, False, 1, "Headphones")
    assert room.store.find(trial_id, page.visitors.listener(known)).trial.task == NAME


def test_a_bundle_is_written_and_its_answers_are_read_with_the_key(tmp_path, capsys):
    names = ("tiny-one", "tiny-two")
    for seed, name in enumerate(names):
        published(tmp_path / "checkpoints", "waveform", name, hidden_size=4 + seed)
    tone, out, results = write_tone(tmp_path / "tone.wav", 0.3), tmp_path / "out", tmp_path / "results.jsonl"
    told = ("--checkpoints", str(tmp_path / "checkpoints"))
    of_test = ("--task", NAME, "--trials", "3", "--prime", str(tone), "--out", str(out))
    assert program.main(["bundle", *names, *told, *of_test]) == 0
    manifest = json.loads((out / "manifest.js").read_text().partition(" = ")[2].rstrip().removesuffix(";"))
    assert (manifest["task"], manifest["question"]) == (NAME, OddOneOut.question)
    assert manifest["answers"] == [list(answer) for answer in OddOneOut.answers]

    key = read_key(tmp_path / "out.key.json")
    lines = [
        {
            "bundle": manifest["bundle"], "trial": trial.trial_id, "listener": NOBODY,
            "choice": str(odd_lane(trial.lanes)), "heard_seconds": [manifest["seconds"]] * 3,
            "response_seconds": 9.0, "asked_at": NOW, "answered_at": NOW,
        }
        for trial in key.trials
    ]  # fmt: skip
    results.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    votes = read_vote_files([results], [key])
    assert votes.problems == () and [record.trial.task for record in votes.records] == [NAME] * 3
    verdict = TASKS[NAME].verdict([record.vote for record in votes.records], str)
    assert verdict == "of tiny-one and tiny-two you found the odd one in 3 of 3 trials"
    capsys.readouterr()
    analyse_it = ["analyse", str(results), "--key", f"{out}.key.json", *told]
    assert program.main(analyse_it) == 0
    assert capsys.readouterr().err == ""


def names_in(path: Path, names: set[str]) -> set[str]:
    """Those of the names that a file holds as string constants, or alone between quotes or tags."""
    text = (PROJECT / path).read_text(encoding="utf-8")
    if path.suffix == ".py":
        constants = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
        return names & {value for value in constants if isinstance(value, str)}
    return {name for name in names if re.search(rf"""(["'`>]){name}["'`<]""", text)}


def test_no_file_but_its_own_knows_a_task_by_name():
    """A file that asks for tasks by their names has to be changed when one is added."""
    names = set(TASKS) - {NAME}
    assert names == {"preference", "abx", "rank", "real_or_model"}
    shown = [path for path in files() if path.suffix in (".py", ".js", ".html") and path.parts[0] != "tests"]
    tasks = Path("engine/listening/tasks")
    knowing = {str(path): named for path in shown if (named := names_in(path, names))}
    assert knowing == {str(tasks / f"{name}.py"): {name} for name in names}
