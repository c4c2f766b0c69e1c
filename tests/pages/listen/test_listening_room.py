"""The listening room: tests are set up, trials asked and answered; what cannot be true does not count."""

import contextlib
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from engine.checkpoints.checkpoint import load
from engine.errors import EngineError, VoteError
from engine.listening.clips import NO_MODELS
from engine.listening.trial import Answer
from engine.listening.votes.store import NOT_YOURS, VoteStore
from engine.scoring.likelihood import log_likelihood
from engine.scoring.surprise import surprise_of
from pages.listen.listening_room import ListeningRoom, Question, check_heard, timestamp
from pages.listen.wish import SAME_CORPUS, Wish
from tests.pages.listen.long_ago import ask_long_ago

MODELS = ("jsb_chorales-tanh", "jsb_chorales-gru")
SPEECH = ("spoken_digits-gru", "spoken_digits-lstm")
NOBODY = "nobody-in-particular"


@pytest.fixture
def room(tmp_path) -> ListeningRoom:
    return ListeningRoom(VoteStore(tmp_path / "votes.sqlite3"), cache(load))


def ask(room: ListeningRoom, trial_id: str, listener: str) -> Question:
    """A trial as the page Trial asks for it."""
    return room.question(room.store.find(trial_id, listener).trial)


def heard(room: ListeningRoom, trial_id: str, choice: object, seconds: float = 4.0) -> dict:
    trial = room.store.find(trial_id, NOBODY).trial
    lanes, seconds = len(trial.lanes), min(seconds, trial.seconds)
    return {"choice": choice, "heard_seconds": [seconds] * lanes, "response_seconds": lanes * seconds}


@pytest.fixture
def patient(monkeypatch):
    """Trials count as issued, and their clips as fetched, a minute ago."""
    ask_long_ago(monkeypatch)


@pytest.mark.parametrize(
    ("wish", "choice", "lanes"),
    [
        (Wish("preference", MODELS, num_trials=2), "tie", 2),
        (Wish("abx", MODELS, num_trials=2), "0", 3),
        (Wish("rank", MODELS, with_real=True, with_anchor=True, num_trials=2), [1, 2, 2, 4], 4),
        (Wish("real_or_model", MODELS, num_trials=2), "real", 1),
        (Wish("abx", SPEECH, num_trials=2), "1", 3),
        (Wish("rank", SPEECH, with_real=True, with_anchor=True, num_trials=2), [1, 2, 2, 4], 4),
    ],
)
def test_a_test_is_taken_from_its_first_trial_to_its_last(room, patient, wish, choice, lanes):
    first = room.start(wish, NOBODY)
    question = ask(room, first, NOBODY)
    assert len(question.prepared.clips) == len(question.trial.lanes) == lanes
    record = room.answer(first, NOBODY, heard(room, first, choice))
    assert record.answer.choice == (tuple(choice) if isinstance(choice, list) else choice)
    second = room.next(first, NOBODY)
    assert second != first and room.next(first, NOBODY) == second, "it is issued once"
    assert room.store.find(second, NOBODY).trial.number == 2
    room.answer(second, NOBODY, heard(room, second, choice))
    assert room.next(second, NOBODY) is None
    assert len(room.store.records(NOBODY)) == 2


def test_a_trial_is_the_same_when_it_is_asked_for_again_by_another_process(room):
    first = room.start(Wish("preference", MODELS), NOBODY)
    again = ListeningRoom(VoteStore(room.store.path), cache(load))
    once, twice = (ask(started, first, NOBODY) for started in (room, again))
    assert once.trial == twice.trial
    assert [clip.wav for clip in once.prepared.clips] == [clip.wav for clip in twice.prepared.clips]
    assert [clip.lane for clip in once.prepared.clips] == list(once.trial.lanes)


def test_a_stranger_learns_nothing_of_a_trial_and_cannot_answer_it(room, patient):
    first = room.start(Wish("preference", MODELS), NOBODY)
    for act in (
        lambda: ask(room, first, "thief"),
        lambda: room.answer(first, "thief", heard(room, first, "0")),
        lambda: room.next(first, "thief"),
    ):
        with pytest.raises(VoteError, match=NOT_YOURS):
            act()
    assert room.store.records() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heard_seconds": [4.0, 1.0]}, "listen to every clip for at least 3 seconds"),
        ({"heard_seconds": [4.0, 400.0]}, "cannot be true"),
        ({"heard_seconds": [4.0]}, "not complete: reload the page"),
        ({"heard_seconds": [4.0, float("nan")]}, "not complete: reload the page"),
        ({"heard_seconds": "long"}, "not complete: reload the page"),
        ({"response_seconds": -1.0}, "not complete: reload the page"),
        ({"response_seconds": 86_400.0}, "cannot be true"),
        ({"choice": "C"}, "choice 'C' must be one of"),
        ({"choice": None}, "not complete: reload the page"),
    ],
)
def test_an_answer_that_cannot_be_true_does_not_count(room, patient, changes, message):
    first = room.start(Wish("preference", MODELS), NOBODY)
    with pytest.raises(VoteError, match=message) as caught:
        room.answer(first, NOBODY, {**heard(room, first, "0"), **changes})
    assert "\n" not in str(caught.value)
    room.answer(first, NOBODY, heard(room, first, "0"))
    assert len(room.store.records()) == 1


def test_nobody_hears_ten_seconds_in_the_second_after_the_question(room):
    first = room.start(Wish("preference", MODELS), NOBODY)
    with pytest.raises(VoteError, match="cannot be true"):
        room.answer(first, NOBODY, heard(room, first, "0", 10.0))
    record = room.store.find(first, NOBODY)
    later = timestamp(datetime.now(UTC) + timedelta(seconds=30))
    check_heard(
        record.trial,
        Answer(choice="0", heard_seconds=(10.0, 10.0), response_seconds=21.0, answered_at=later),
    )


def test_a_question_that_two_tabs_ask_for_at_once_is_asked_once(room, patient):
    """It once had two ids, and both answers counted."""
    first = room.start(Wish("preference", MODELS, num_trials=2), NOBODY)
    room.answer(first, NOBODY, heard(room, first, "0"))
    ids: list[str] = []
    tabs = [threading.Thread(target=lambda: ids.append(room.next(first, NOBODY))) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(ids) == 2 and len(set(ids)) == 1
    assert len(room.store.trials(room.store.find(first, NOBODY).trial.test_id, NOBODY)) == 2


def test_votes_that_are_deleted_while_a_trial_is_made_stay_deleted(room, patient, monkeypatch):
    first = room.start(Wish("preference", MODELS, num_trials=2), NOBODY)
    room.answer(first, NOBODY, heard(room, first, "0"))
    prepare = room._prepare

    def prepare_meanwhile(*given):
        room.forget(NOBODY)
        return prepare(*given)

    monkeypatch.setattr(room, "_prepare", prepare_meanwhile)
    with pytest.raises(VoteError, match="this test cannot go on"):
        room.next(first, NOBODY)
    assert room.left(NOBODY) is None


def test_a_test_whose_plan_is_lost_is_not_offered_again(room, patient, tmp_path):
    """A Space that starts again has a copy of the votes, and not of the tests."""
    first = room.start(Wish("preference", MODELS, num_trials=3), NOBODY)
    room.answer(first, NOBODY, heard(room, first, "0"))
    assert room.left(NOBODY) is not None
    with contextlib.closing(sqlite3.connect(room.store.path)) as database, database:
        database.execute("DELETE FROM tests")
    assert room.left(NOBODY) is None


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish("preference", ()), NO_MODELS),
        (Wish("preference", MODELS[:1]), "choose 2 to 12 different models"),
        (Wish("abx", (*MODELS, "jsb_chorales-lstm")), "choose 2 different models for this task, not 3"),
        (Wish("preference", ("jsb_chorales-gru", "nottingham-gru")), SAME_CORPUS),
        (Wish("preference", ("jsb_chorales-gru", "lost")), "unknown checkpoint 'lost'"),
    ],
)
def test_what_cannot_be_set_up_is_refused_and_leaves_nothing(room, wish, message):
    with pytest.raises(EngineError, match=message):
        room.start(wish, NOBODY)
    with contextlib.closing(sqlite3.connect(room.store.path)) as database:
        assert not [line for line in database.iterdump() if line.startswith("INSERT")]


def test_who_wants_to_be_forgotten_is_and_the_copy_is_told(room, patient):
    copied: list[dict] = []
    room.copy = copied.extend
    first = room.start(Wish("preference", MODELS), NOBODY)
    room.answer(first, NOBODY, heard(room, first, "0"))
    assert room.forget(NOBODY) == 1
    assert room.store.records() == []
    assert [row.get("deleted") for row in copied] == [None, first]
    with pytest.raises(VoteError, match="it was deleted"):
        ask(room, first, NOBODY)


def test_the_next_trial_waits_for_this_one(room, patient):
    first = room.start(Wish("abx", MODELS, num_trials=2), NOBODY)
    with pytest.raises(VoteError, match="answer this trial before you go on"):
        room.next(first, NOBODY)
    assert len(room.store.trials(room.store.find(first, NOBODY).trial.test_id, NOBODY)) == 1


def test_music_is_told_in_nats_and_speech_in_bits(room):
    for models in (MODELS, SPEECH):
        question = ask(room, room.start(Wish("preference", models, with_real=True), NOBODY), NOBODY)
        told = question.prepared.unlikelihoods
        assert set(told) == set(models) and all(len(figures) == 2 for figures in told.values())
        first, frames = load(models[0]), question.prepared.clips[0].frames
        if models is MODELS:
            assert told[models[0]][0] == log_likelihood(first.model, frames[None]).nats_per_frame
        else:
            assert told[models[0]][0] == surprise_of(first.model, first.representation, frames).mean


def test_a_clip_of_speech_is_heard_to_its_end(room, patient):
    first = room.start(Wish("preference", SPEECH), NOBODY)
    assert room.store.find(first, NOBODY).trial.seconds < 3
    with pytest.raises(VoteError, match="listen to every clip to its end before you answer"):
        room.answer(first, NOBODY, heard(room, first, "0", 0.05))
    room.answer(first, NOBODY, heard(room, first, "0"))


def test_ones_own_rows_are_ones_own(room, patient):
    first = room.start(Wish("preference", MODELS), NOBODY)
    room.answer(first, NOBODY, heard(room, first, "0"))
    room.start(Wish("preference", MODELS), "somebody-else")
    (row,) = room.own_rows(NOBODY)
    assert row["trial"]["trial_id"] == first and row["answer"]["choice"] == "0"
    assert room.own_rows("somebody-else") == []
