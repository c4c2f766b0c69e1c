"""The key of a bundle: with it the answers that listeners send become records."""

import json

import pytest

from engine.__main__ import main
from engine.errors import InvalidValueError, UnreadableFileError
from engine.listening.bundle.bundle_key import BundleKey, read_key
from engine.listening.session import PlannedTrial, Session
from engine.listening.statistics.exclusion import votes_that_count
from engine.listening.votes.vote_file import read_vote_files, read_votes
from tests.engine.listening.listener import NOW, record

SOURCES = ("model-a", "model-b")
LATER = "2026-11-24T09:30:00.123Z"


def key_of(bundle: str = "b1", num_trials: int = 2, num_prime_frames: int = 0, **of_trials) -> BundleKey:
    planned = [PlannedTrial(number=n, sources=SOURCES, seed=n, prime="x.mid") for n in (1, 2)]
    session = Session(
        test_id=bundle, listener="anybody", task="preference", sources=SOURCES, design_seed=7,
        corpus="jsb_chorales", num_prime_frames=num_prime_frames, num_frames=24, trials=tuple(planned),
    )  # fmt: skip
    trials = [
        record(
            SOURCES,
            None,
            trial_id=f"t{n}",
            test_id=bundle,
            number=n,
            num_trials=2,
            listener="anybody",
            **of_trials,
        ).trial
        for n in range(1, num_trials + 1)
    ]
    return BundleKey(session=session, trials=tuple(trials))


KEY = key_of()


def result(trial: str = "t1", listener: str = "ada", **changes: object) -> dict:
    return {
        "schema_version": 1, "bundle": "b1", "trial": trial, "listener": listener, "device": "Headphones",
        "choice": "1", "heard_seconds": [4.0, 5.5], "response_seconds": 12.5, "asked_at": LATER,
        "answered_at": LATER, **changes,
    }  # fmt: skip


def write(path, *results: dict) -> None:
    path.write_text("".join(json.dumps(values) + "\n" for values in results))


def test_a_result_becomes_a_record():
    made = KEY.record(result())
    assert [lane.source for lane in made.trial.lanes] == list(SOURCES)
    assert (made.trial.listener, made.trial.test_id, made.trial.number) == ("ada", "b1", 1)
    assert (made.trial.issued_at, made.answer.answered_at) == (LATER, LATER) and NOW != LATER
    assert made.answer.choice == "1" and made.answer.heard_seconds == (4.0, 5.5)
    assert made.answer.device == "Headphones"
    ids = {KEY.record(result(trial, who)).trial.trial_id for trial in ("t1", "t2") for who in ("ada", "ben")}
    assert len(ids) == 4, "many answer one trial"


@pytest.mark.parametrize(
    ("num_prime_frames", "heard", "counts"),
    [(0, 3.0, True), (0, 2.0, False), (8, 8.0, True), (8, 7.0, False), (72, 16.0, False), (72, 18.5, True)],
)
def test_an_older_bundle_is_judged_by_the_beginning_that_it_had(num_prime_frames, heard, counts):
    """Older answers were counted from the start of the clip: a third was taken for the beginning, also of
    bundles that had none, or a longer one."""
    key = key_of(num_prime_frames=num_prime_frames, seconds=20.0, shared_seconds=None)
    made = key.record(result(heard_seconds=[heard, heard]))
    assert made.trial.shared_seconds == 20.0 * num_prime_frames / (num_prime_frames + 24)
    kept, excluded = votes_that_count([made])
    assert (len(kept), len(excluded)) == ((1, 0) if counts else (0, 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trial": "t9"}, "trial 't9' is not in bundle b1"),
        ({"bundle": "b2"}, "trial 't1' is not in bundle b1"),
        ({"choice": "7"}, "choice '7' must be one of"),
        ({"choice": [1, 2]}, "must be one of"),
        ({"heard_seconds": [4.0]}, "a number for each lane"),
        ({"response_seconds": -1}, "response_seconds"),
        ({"response_seconds": None}, "response_seconds"),
        ({"source": "model-a"}, "source: Extra inputs are not permitted"),
        ({"answered_at": "yesterday"}, "answered_at"),
        ({"schema_version": 2}, "schema_version"),
        ({"device": "x" * 41}, "answer.device"),
        ({"listener": ""}, "listener"),
    ],
)
def test_what_is_no_result_of_the_bundle_is_refused(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        KEY.record(result(**changes))


def test_files_of_many_listeners_are_read_together(tmp_path):
    """Ada sent her answers twice: half of them, and later all."""
    write(tmp_path / "half.jsonl", result())
    write(tmp_path / "all.jsonl", result(), result("t2"))
    write(tmp_path / "ben.jsonl", result(listener="ben"))
    names = ("half.jsonl", "all.jsonl", "ben.jsonl", "ben.jsonl")
    votes = read_vote_files([tmp_path / name for name in names], [KEY])
    assert votes.problems == ()
    assert [(vote.trial.listener, vote.trial.number) for vote in votes.records] == [
        ("ada", 1),
        ("ada", 2),
        ("ben", 1),
    ]
    kept, excluded = votes_that_count(votes.records)
    assert len(kept) == 3 and not excluded


def test_two_bundles_and_the_apps_votes_can_be_read_at_once(tmp_path):
    own = record(SOURCES, "0", trial_id="of-the-app")
    write(tmp_path / "votes.jsonl", result(), result(bundle="b2"), own.model_dump(mode="json"))
    votes = read_votes(tmp_path / "votes.jsonl", [KEY, key_of("b2")])
    assert [vote.trial.test_id for vote in votes.records] == ["b1", "b2", "s1"] and votes.problems == ()


def test_results_without_their_key_say_what_is_missing(tmp_path):
    write(tmp_path / "ada.jsonl", result())
    with pytest.raises(
        UnreadableFileError, match="answers bundle 'b1', and its key was not given: add --key"
    ):
        read_votes(tmp_path / "ada.jsonl")
    with pytest.raises(
        UnreadableFileError, match="answers bundle 'b1', and none of the keys given is its own"
    ):
        read_vote_files([tmp_path / "ada.jsonl"], [key_of("b2")])


def test_the_command_says_what_was_left_out_and_counts_the_rest(tmp_path, capsys):
    (tmp_path / "key.json").write_text(KEY.model_dump_json())
    write(tmp_path / "ada.jsonl", result(), result("t2"))
    write(tmp_path / "ben.jsonl", result(listener="ben"))
    (tmp_path / "empty.jsonl").write_text("")
    cut = tmp_path / "ada.jsonl"
    cut.write_bytes(cut.read_bytes()[:-40])
    names = [str(tmp_path / name) for name in ("ada.jsonl", "ben.jsonl", "empty.jsonl")]
    assert main(["analyse", *names, "--key", str(tmp_path / "key.json"), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["num_records"] == 2 and json.loads(said.out)["num_listeners"] == 2
    assert "ada.jsonl, line 2 is left out: it is not JSON; it may be cut off" in said.err
    assert "empty.jsonl is empty" in said.err and "error: 2 lines or files left out" in said.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read .No such file"),
        ("", "is not the key of a bundle .*: give the .key.json file"),
        ("{}", "is not the key of a bundle .session: Field required"),
        (KEY.model_dump_json()[:-9], "is not the key of a bundle .Invalid JSON"),
        (KEY.model_dump_json().replace('"test_id":"b1"', '"test_id":"b2"', 1), "to another bundle than its"),
    ],
)
def test_what_is_no_key_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / "key.json").write_text(content)
    with pytest.raises(UnreadableFileError, match=message):
        read_key(tmp_path / "key.json")
