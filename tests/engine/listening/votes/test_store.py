"""The store of votes: nothing acknowledged is lost or counts twice, and every refusal is one sentence."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from engine.errors import InvalidValueError, VoteError
from engine.listening.session import PlannedTrial, Session
from engine.listening.trial import Answer
from engine.listening.votes.database import DATABASE_REFUSALS
from engine.listening.votes.store import NOT_YOURS, VoteStore
from tests.engine.listening.listener import NOW, record

TWO = ("jsb_chorales-gru", "jsb_chorales-lstm")
ANSWER = Answer(choice="1", heard_seconds=(20.0, 20.0), response_seconds=30.0, answered_at=NOW)


@pytest.fixture
def store(tmp_path) -> VoteStore:
    return VoteStore(tmp_path / "votes.sqlite3")


def trial(number: int = 1, listener: str = "somebody"):
    return record(TWO, None, trial_id=f"t{number}", listener=listener, number=number, num_trials=2_000).trial


def test_what_was_answered_is_there_when_the_file_is_opened_again(store):
    store.issue(trial())
    assert store.find("t1", "somebody").answer is None and store.records() == []
    kept = store.answer("t1", "somebody", ANSWER)
    assert VoteStore(store.path).records() == [kept] == store.records("somebody")
    assert kept.trial == trial() and kept.answer == ANSWER
    assert store.records("nobody") == []


@pytest.mark.parametrize(
    ("trial_id", "listener", "answer", "message"),
    [
        ("t9", "somebody", ANSWER, "not known here: .* start a new one"),
        ("t1", "thief", ANSWER, NOT_YOURS),
        ("t1", "somebody", ANSWER.model_copy(update={"choice": "7"}), "choice '7' must be one of 0, 1, tie"),
        ("t2", "somebody", ANSWER, "answered already: your first answer counts"),
    ],
)
def test_an_answer_that_cannot_count_is_refused_and_changes_nothing(
    store, trial_id, listener, answer, message
):
    for number in (1, 2):
        store.issue(trial(number))
    first = store.answer("t2", "somebody", ANSWER.model_copy(update={"choice": "tie"}))
    with pytest.raises(VoteError, match=message) as caught:
        store.answer(trial_id, listener, answer)
    assert "\n" not in str(caught.value)
    assert store.records() == [first]


def test_one_id_is_one_trial(store):
    store.issue(trial())
    with pytest.raises(VoteError, match="there is a trial 't1' already"):
        store.issue(trial())


def test_a_test_is_found_again_in_its_order(store):
    for number in (3, 1, 2):
        store.issue(trial(number))
    assert [vote.trial.number for vote in store.trials("s1", "somebody")] == [1, 2, 3]
    assert store.trials("s1", "thief") == []


def test_what_a_listener_was_asked_last_is_found(store):
    assert store.latest("somebody") is None
    for number in (1, 2):
        store.issue(trial(number))
    assert store.latest("somebody").trial.number == 2 and store.latest("thief") is None
    assert store.answer("t2", "somebody", ANSWER) == store.latest("somebody")
    store.delete("somebody", NOW)
    assert store.latest("somebody") is None


def test_a_test_is_kept_whole_for_its_listener_alone(store):
    planned = PlannedTrial(number=1, sources=TWO, seed=9, prime="a piece")
    session = Session(
        test_id="s1", listener="somebody", task="preference", sources=TWO, design_seed=4,
        corpus="jsb_chorales", num_prime_frames=8, num_frames=16, trials=(planned,),
    )  # fmt: skip
    store.begin(session)
    assert store.session("s1", "somebody") == session and len(session.trials) == 1
    with pytest.raises(VoteError, match="there is a test 's1' already"):
        store.begin(session)
    with pytest.raises(VoteError, match="another visitor's: start one of your own"):
        store.session("s1", "thief")
    store.delete("somebody", NOW)
    with pytest.raises(VoteError, match="was deleted"):
        store.session("s1", "somebody")


def test_who_deletes_their_votes_leaves_a_tombstone_that_wins_everywhere(store, tmp_path):
    copy = VoteStore(tmp_path / "copy.sqlite3")
    for number, listener in ((1, "somebody"), (2, "somebody"), (3, "somebody else")):
        store.issue(trial(number, listener))
    for number in (1, 3):
        store.answer(f"t{number}", "somebody" if number == 1 else "somebody else", ANSWER)
    assert copy.merge(store.export()) == 2
    assert store.delete("somebody", NOW) == 1
    assert [vote.trial.trial_id for vote in store.records()] == ["t3"]
    rows = store.export()
    assert {"deleted": "t1", "deleted_at": NOW} in rows
    assert 'somebody"' not in json.dumps(rows) and b"t1" in store.path.read_bytes() + _log(store)
    assert copy.merge(rows) == 2  # t1, and t2 which it never had
    assert [vote.trial.trial_id for vote in copy.records()] == ["t3"]
    late = {"trial": trial(1).model_dump(mode="json"), "answer": ANSWER.model_dump(mode="json")}
    assert copy.merge([late]) == 0, "a copy that comes after the tombstone stays buried"
    with pytest.raises(VoteError, match="it was deleted"):
        store.answer("t1", "somebody", ANSWER)


def _log(store: VoteStore) -> bytes:
    log = store.path.with_name(store.path.name + "-wal")
    return log.read_bytes() if log.exists() else b""


def test_copies_merge_by_the_ids_of_trials_as_often_as_one_likes(store, tmp_path):
    copy = VoteStore(tmp_path / "copy.sqlite3")
    for number in range(4):
        (store if number % 2 else copy).issue(trial(number + 1))
        (store if number % 2 else copy).answer(f"t{number + 1}", "somebody", ANSWER)
    lines = [json.dumps(row) for row in copy.export()]
    assert [store.merge(map(json.loads, lines)) for _ in range(2)] == [2, 0]
    assert copy.merge(store.export()) == 2
    assert store.export() == copy.export() and len(store.records()) == 4
    with pytest.raises(InvalidValueError, match="trial: Field required"):
        store.merge([{"mood": "good"}])
    assert len(store.records()) == 4


def test_an_issued_trial_that_another_copy_has_the_answer_to_is_completed(store, tmp_path):
    copy = VoteStore(tmp_path / "copy.sqlite3")
    store.issue(trial())
    copy.issue(trial())
    copy.answer("t1", "somebody", ANSWER)
    assert store.merge(copy.export()) == 1 and len(store.records()) == 1


WRITER = """
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from engine.listening.votes.store import VoteStore
from tests.engine.listening.votes.test_store import ANSWER, trial

store = VoteStore(Path(sys.argv[1]))

def vote(number):
    store.issue(trial(number))
    for _ in range(2):
        try:
            store.answer(f"t{number}", "somebody", ANSWER)
            os.write(1, b"%d\\n" % number)  # whole, whatever the other threads write
        except Exception as error:
            assert "answered already" in str(error), error

with ThreadPoolExecutor(16) as pool:
    list(pool.map(vote, range(1, 1001)))
"""


def test_killed_in_the_middle_of_a_thousand_votes_none_acknowledged_is_lost_and_none_counts_twice(store):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.path)], stdout=subprocess.PIPE, cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())}, text=True,
    ) as process:  # fmt: skip
        acknowledged = [int(process.stdout.readline()) for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().splitlines()]
    assert process.returncode == -signal.SIGKILL
    kept = [int(vote.trial.trial_id[1:]) for vote in store.records()]
    assert 200 <= len(acknowledged) < 1_000, "it was killed in the middle"
    assert set(acknowledged) <= set(kept) and len(kept) == len(set(kept))
    with sqlite3.connect(store.path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.issue(trial(5_000 - 4_000 + 1))
    store.answer("t1001", "somebody", ANSWER)
    assert len(store.records()) == len(kept) + 1


def test_many_may_vote_at_once(store):
    for number in range(1, 41):
        store.issue(trial(number))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.answer(f"t{number}", "somebody", ANSWER), range(1, 41)))
    assert len(store.records()) == 40


def issue_with_others(store, number, together):
    together.wait()
    store.issue(trial(number))


def test_the_first_visitors_of_a_new_store_may_come_at_once(tmp_path):
    """One makes the tables while the others look for them."""
    for attempt in range(20):
        store, together = VoteStore(tmp_path / f"{attempt}.sqlite3"), Barrier(16)
        with ThreadPoolExecutor(16) as pool:
            arrivals = [pool.submit(issue_with_others, store, number, together) for number in range(1, 17)]
        assert [arrival.exception() for arrival in arrivals] == [None] * 16
        kept = [store.find(f"t{number}", "somebody").trial for number in range(1, 17)]
        assert kept == [trial(number) for number in range(1, 17)]


def test_a_locked_store_says_so_and_works_again_after(store, monkeypatch):
    monkeypatch.setattr("engine.listening.votes.database.SECONDS_FOR_OTHERS", 0.2)
    store.issue(trial())
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    started_at = time.monotonic()
    with pytest.raises(VoteError, match="is busy: try again in a few seconds; nothing was lost"):
        store.answer("t1", "somebody", ANSWER)
    assert time.monotonic() - started_at < 5
    holder.close()
    store.answer("t1", "somebody", ANSWER)
    assert len(store.records()) == 1


def test_a_full_disk_loses_nothing_that_was_there(store, monkeypatch):
    for number in range(1, 4):
        store.issue(trial(number))
    store.answer("t1", "somebody", ANSWER)
    connect = sqlite3.connect

    def small(*arguments, **options):
        database = connect(*arguments, **options)
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(VoteError, match="has no room left on its disk: free space there"):
        for number in range(4, 400):
            store.issue(trial(number))
    monkeypatch.setattr(sqlite3, "connect", connect)
    assert len(store.records()) == 1
    store.answer("t2", "somebody", ANSWER)


@pytest.mark.parametrize("version", [0, 7])
def test_another_schema_is_left_as_it_is(store, version):
    with sqlite3.connect(store.path) as database:
        database.execute("CREATE TABLE old (vote TEXT)")
        database.execute(f"PRAGMA user_version = {version}")
    database.close()
    before = store.path.read_bytes()
    with pytest.raises(VoteError, match=f"has schema {version} and this Earshot reads 1: export it with"):
        store.issue(trial())
    assert store.path.read_bytes() == before


def test_a_file_that_is_no_database_and_a_folder_that_is_not_there(store, tmp_path):
    store.path.write_text("dear diary, " * 100)
    with pytest.raises(VoteError, match="is not a database of votes: move the file away"):
        store.records()
    with pytest.raises(VoteError, match="cannot be opened: its folder must exist"):
        VoteStore(tmp_path / "none" / "votes.sqlite3").records()


def test_a_read_only_store_says_so(store):
    """Root may write to any file, so SQLite is asked to open it read-only."""
    store.issue(trial())
    original = sqlite3.connect
    read_only = f"file:{store.path}?mode=ro"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda path, **o: original(read_only, uri=True, **o))
        with pytest.raises(VoteError, match=DATABASE_REFUSALS["readonly"]):
            store.answer("t1", "somebody", ANSWER)
    store.answer("t1", "somebody", ANSWER)
