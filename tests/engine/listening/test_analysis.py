"""``python -m engine analyse``: all that votes say, as a person and as a program read it."""

import json

import numpy as np
import pytest

from engine.__main__ import main
from engine.listening.analysis import analyse
from engine.listening.analysis_text import analysis_text
from engine.listening.statistics.exclusion import CATCH, UNANSWERED
from tests.engine.listening.crowd import crowd_votes
from tests.engine.listening.listener import lane, record
from tests.engine.small_models import published

TWO = ("model-a", "model-b")


@pytest.fixture(scope="module")
def records():
    """Preferences in one corpus, a ranking in another, a catch, ABX, real or model, and a trial left open."""
    catch = {"lanes": [lane("model-a", "one"), lane("model-a", "one")]}
    abx = [record((*TWO, TWO[0]), "0", "abx", trial_id=f"x{n}", number=n, num_trials=5) for n in range(1, 6)]
    real = [
        record((source,), said, "real_or_model", trial_id=f"{source}{n}")
        for n, (source, said) in enumerate([("real", "real"), ("real", "model"), ("model-a", "model")] * 2)
    ]
    return [
        *crowd_votes(np.random.default_rng(0), 20, 10),
        record(("tiny-gru", "real", "anchor"), (2, 1, 2), "rank", trial_id="rank", corpus="nottingham"),
        record(TWO, "1", trial_id="catch", **catch),
        record(TWO, None, trial_id="open"),
        *abx,
        *real,
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch, records):
    """The working folder, with a file of votes and one checkpoint."""
    monkeypatch.chdir(tmp_path)
    published(tmp_path / "checkpoints")
    (tmp_path / "votes.jsonl").write_text("".join(vote.model_dump_json() + "\n" for vote in records))
    return tmp_path


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["analyse", *arguments, "--checkpoints", "checkpoints"])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_each_record_counts_where_it_belongs(records):
    analysis = analyse(records, {"model-a": 8.0, "model-b": 8.5})
    assert [(part.corpus, part.ranking.num_votes) for part in analysis.corpora] == [
        *(("jsb_chorales", 200), ("nottingham", 1))
    ]
    assert analysis.num_records == 214 and analysis.num_listeners == 21
    assert analysis.excluded == {UNANSWERED: 1, CATCH: 1}
    assert [test.result.successes for test in analysis.abx] == [5]
    assert [
        (detection.source, detection.called_model, detection.num_clips) for detection in analysis.detections
    ] == [("model-a", 2, 2)]
    assert analysis.position.num_catches == 1 and analysis.covariates.num_measured == 200
    assert len(analysis.corpora[0].agreement.points) == 2


def test_the_seed_alone_moves_the_intervals(records):
    assert analyse(records, seed=3) == analyse(records, seed=3) != analyse(records, seed=4)


def test_the_command_prints_everything(folder, capsys):
    code, out, err = run(capsys, "votes.jsonl")
    assert (code, err) == (0, "")
    for words in (
        "214 trials from 21 listeners",
        "Preference among models of jsb_chorales",
        "Intervals: 95 %, by drawing listeners again",
        "Row won over column:",
        "you could tell them apart: 5 of 5, p = 0.031",
        "100 % right, 95 % interval 57 % to 100 %",
        "d′ = ",
        "in 1 of 1 catch trials a side was chosen",
        "tiny-gru  8.500 nats on the test split",
        "1 not answered",
    ):
        assert words in out


def test_the_command_prints_json(folder, capsys, records):
    code, out, _ = run(capsys, "votes.jsonl", "--json", "--seed", "5")
    values = json.loads(out)
    expected = analyse(records, {"tiny-gru": 8.5}, 5).corpora[0].ranking.standings[0]
    first = values["corpora"][0]["ranking"]["standings"][0]
    assert code == 0 and (first["player"], first["low"]) == (expected.player, expected.low)


def test_a_bad_line_is_named_and_the_others_count(folder, capsys):
    path = folder / "votes.jsonl"
    path.write_text(path.read_text() + '{"trial": \n')
    code, out, err = run(capsys, "votes.jsonl")
    assert code == 1 and out.startswith("214 trials")
    assert err == (
        "line 215 is left out: it is not JSON; it may be cut off\n"
        "error: 1 line left out; the figures are those of the others\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("empty.jsonl",), "empty.jsonl is empty, there is no vote in it: give the JSONL file that"),
        (("none.jsonl",), "none.jsonl cannot be read (No such file or directory)"),
        (("votes.jsonl", "--seed", "-1"), "--seed -1 must be 0 or more"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(folder, capsys, arguments, message):
    (folder / "empty.jsonl").touch()
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (1, "") and err.startswith("error: ") and message in err and err.count("\n") == 1


def test_votes_that_say_nothing_of_strengths_are_told_too():
    text = analysis_text(analyse([record(TWO, "both_bad")]))
    assert text.startswith("1 trial from 1 listener") and "1 both were called bad" in text


def test_nothing_at_all():
    assert analysis_text(analyse([])).endswith("Left out of the strengths\n  nothing")
