"""Votes that cannot count and stores that refuse: one sentence on the page, and nothing is lost."""

import sqlite3
from functools import cache
from pathlib import Path

import pytest

from engine.checkpoints.checkpoint import load
from engine.errors import UnknownNameError
from engine.listening.votes.database import DATABASE_REFUSALS
from engine.listening.votes.store import NOT_YOURS, VoteStore
from pages.house.sentence import sentence
from pages.listen.clip_ledger import IMPOSSIBLE
from pages.listen.listening_room import ListeningRoom
from pages.listen.trial_page import KEPT, answered, asked, trial_after
from pages.listen.wish import Wish
from pages.parts.vote_files import NOT_VOTED, vote_file
from tests.pages.listen.long_ago import ask_long_ago

GRU, TANH = "jsb_chorales-gru", "jsb_chorales-tanh"
ANN, THIEF = "ann-in-particular", "thief-in-particular"
GIVEN = {"choice": "0", "heard_seconds": [4.0, 4.0], "response_seconds": 9.0}

load = cache(load)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Nobody waits: neither for a trial to be old enough, nor for a busy store."""
    ask_long_ago(monkeypatch)
    monkeypatch.setattr("engine.listening.votes.database.SECONDS_FOR_OTHERS", 0.1)


@pytest.fixture
def room(tmp_path) -> ListeningRoom:
    return ListeningRoom(VoteStore(tmp_path / "votes.sqlite3"), load)


@pytest.fixture
def trial(room) -> str:
    return room.start(Wish("preference", (GRU, TANH), num_trials=2), ANN)


def told(shown: dict, state: str) -> str:
    """The message of a value of the page, which is one sentence."""
    assert shown["state"] == state
    assert "\n" not in shown["message"] and shown["message"].endswith((".", "?"))
    return shown["message"]


def test_a_vote_for_a_trial_of_somebody_else(room, trial):
    assert NOT_YOURS in told(answered(room, trial, THIEF, GIVEN), "again")
    assert NOT_YOURS in told(asked(room, trial, THIEF), "error")
    assert NOT_YOURS in told(trial_after(room, trial, THIEF), "again")
    assert "not known here" in told(answered(room, "never-issued", THIEF, GIVEN), "again")
    assert room.store.records() == []


def test_a_vote_twice_counts_once_and_is_shown_as_it_was(room, trial):
    told(answered(room, trial, ANN, GIVEN), "kept")
    again = answered(room, trial, ANN, {**GIVEN, "choice": "1"})
    assert "your first answer counts" in told(again, "kept")
    assert again["choice"] == "0" and [record.answer.choice for record in room.store.records()] == ["0"]


def test_a_vote_after_a_restart_counts(room, trial):
    before = asked(room, trial, ANN)
    restarted = ListeningRoom(VoteStore(room.store.path), load)
    after = asked(restarted, trial, ANN)
    sounds = [[Path(path).read_bytes() for path in shown.pop("lanes")] for shown in (before, after)]
    assert before == after and sounds[0] == sounds[1]
    assert told(answered(restarted, trial, ANN, GIVEN), "kept") == KEPT
    assert len(room.store.records(ANN)) == 1
    assert trial_after(restarted, trial, ANN)["number"] == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heard_seconds": [4.0, 99.0]}, sentence(IMPOSSIBLE)),
        (
            {"heard_seconds": [4.0, 0.5]},
            "for at least 3 seconds after the beginning that all share before you answer",
        ),
        ({"choice": "7"}, "must be one of"),
    ],
)
def test_an_answer_that_cannot_be_true_leaves_the_page_as_it_is(room, trial, changes, message):
    assert message in told(answered(room, trial, ANN, {**GIVEN, **changes}), "again")
    assert told(answered(room, trial, ANN, GIVEN), "kept") == KEPT


def test_a_vote_for_clips_of_a_model_that_is_gone_is_kept(room, trial):
    def left(name: str):
        if name == TANH:
            raise UnknownNameError("checkpoint", name, [GRU])
        return load(name)

    room = ListeningRoom(VoteStore(room.store.path), left)  # as after a restart: its clips are not kept
    assert "unknown checkpoint 'jsb_chorales-tanh'" in told(asked(room, trial, ANN), "error").lower()
    assert told(answered(room, trial, ANN, GIVEN), "kept") == KEPT
    shown = asked(room, trial, ANN)
    assert told(shown, "answered").startswith(f"{KEPT} Unknown checkpoint")
    sources = {row["source"] for row in shown["reveal"]}
    assert TANH in sources and any(source.startswith("GRU · 46 units. Two gates") for source in sources)
    assert len(room.store.records(ANN)) == 1


def refuses(patch, word: str) -> None:
    """Let SQLite refuse every write with this word; reading goes on."""

    def connect(path, **options):
        return original(path, **options, factory=Refusing)

    class Refusing(sqlite3.Connection):
        def execute(self, query, *values):
            if query.startswith(("UPDATE", "INSERT")):
                raise sqlite3.OperationalError(word)
            return super().execute(query, *values)

    original = sqlite3.connect
    patch.setattr(sqlite3, "connect", connect)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("attempt to write a readonly database", DATABASE_REFUSALS["readonly"]),
        ("database or disk is full", "has no room left on its disk"),
        ("database is locked", "is busy: try again in a few seconds"),
    ],
)
def test_a_store_that_refuses_says_so_and_the_answer_can_be_given_again(room, trial, word, message):
    with pytest.MonkeyPatch.context() as patch:
        refuses(patch, word)
        assert message in told(answered(room, trial, ANN, GIVEN), "again")
        assert asked(room, trial, ANN)["state"] == "asking", "the trial can be heard all the same"
    assert told(answered(room, trial, ANN, GIVEN), "kept") == KEPT
    with pytest.MonkeyPatch.context() as patch:
        refuses(patch, word)
        assert message in told(trial_after(room, trial, ANN), "again")
    assert trial_after(room, trial, ANN)["number"] == 2


def test_a_locked_store_and_one_of_an_older_schema(room, trial, tmp_path):
    other = sqlite3.connect(room.store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert "is busy" in told(answered(room, trial, ANN, GIVEN), "again")
    assert asked(room, trial, ANN)["state"] == "asking", "who only reads waits for nobody"
    assert vote_file(room.store.export, "votes", "none", pressed("csv"))["message"] == "none"
    other.close()
    assert told(answered(room, trial, ANN, GIVEN), "kept") == KEPT
    old = VoteStore(tmp_path / "old.sqlite3")
    with sqlite3.connect(old.path) as database:
        database.execute("CREATE TABLE votes (vote TEXT)")
    database.close()
    room.store = old
    assert "has schema 0 and this Earshot reads 1" in told(answered(room, trial, ANN, GIVEN), "again")


def pressed(kind: object):
    """The event of a press."""
    return type("Event", (), {"_data": {"kind": kind}})()


def test_a_file_of_votes_is_of_a_known_kind_and_not_empty(room, trial):
    def rows():
        return room.own_rows(ANN)

    assert vote_file(rows, "votes", NOT_VOTED, pressed("jsonl")) == {"message": NOT_VOTED}
    answered(room, trial, ANN, GIVEN)
    assert vote_file(rows, "votes", "", pressed("csv"))["file"][0] == "votes.csv"
    for kind in ("exe", None, ["csv"], {}):
        assert "file" not in vote_file(rows, "votes", "", pressed(kind))
