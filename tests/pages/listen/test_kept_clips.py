"""Clips are made once: they used to be made three times for a trial, one of them outside every queue."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine.checkpoints.checkpoint import load
from engine.listening.votes.store import VoteStore
from pages.listen import kept_clips, listening_room, trial_page
from pages.listen.kept_clips import KeptClips, Prepared
from pages.listen.listening_room import ListeningRoom
from pages.listen.wish import Wish
from tests.pages.listen.long_ago import ask_long_ago

WISH = Wish("preference", ("jsb_chorales-tanh", "jsb_chorales-gru"), num_trials=2)
SOMEBODY = "somebody-in-particular"


class Sound:
    """What stands for a clip where only its size, in bytes, is looked at."""

    def __init__(self, size: int = 1):
        self.wav = bytes(size)


@pytest.fixture
def room(tmp_path, monkeypatch) -> ListeningRoom:
    ask_long_ago(monkeypatch)
    return ListeningRoom(VoteStore(tmp_path / "votes.sqlite3"), cache(load))


@pytest.fixture
def made(monkeypatch) -> list[int]:
    """A number for each time that the clips of a trial were made."""
    numbers: list[int] = []
    make_clips = listening_room.make_clips

    def counted(plan, material, ids):
        numbers.append(plan.number)
        return make_clips(plan, material, ids)

    monkeypatch.setattr(listening_room, "make_clips", counted)
    return numbers


def answer_to(room: ListeningRoom, trial_id: str) -> dict:
    trial = room.store.find(trial_id, SOMEBODY).trial
    return {"choice": "0", "heard_seconds": [4.0] * len(trial.lanes), "response_seconds": 9.0}


def test_a_trial_that_is_asked_answered_and_revealed_is_made_once(room, made):
    first = room.start(WISH, SOMEBODY)
    shown = trial_page.asked(room, first, SOMEBODY)
    told = trial_page.answered(room, first, SOMEBODY, answer_to(room, first))
    again = trial_page.asked(room, first, SOMEBODY)
    assert (shown["state"], told["state"], again["state"]) == ("asking", "kept", "answered")
    assert shown["lanes"] == again["lanes"] and len(again["reveal"]) == 2
    assert "lanes" not in told, "an answer is kept, and nothing else"
    assert made == [1]
    trial_page.trial_after(room, first, SOMEBODY)
    assert made == [1, 2]


def test_after_a_restart_the_same_clips_are_made_anew(room, made):
    first = room.start(WISH, SOMEBODY)
    again = ListeningRoom(VoteStore(room.store.path), cache(load))
    asked = [trial_page.asked(started, first, SOMEBODY)["lanes"] for started in (room, again, again)]
    sounds = [[Path(path).read_bytes() for path in paths] for paths in asked]
    assert asked[1] == asked[2], "one file a clip, however often it is asked for"
    assert sounds[0] == sounds[1] == sounds[2] and made == [1, 1]


@pytest.mark.parametrize(("changes", "state"), [({}, "error"), ({"formerly": True}, "asking")])
def test_clips_are_made_anew_by_the_weights_that_were_heard_or_not_at_all(room, changes, state):
    """Weights that are kept in another form are the same weights; those of another fit are not."""
    first = room.start(WISH, SOMEBODY)

    def changed(name: str):
        checkpoint = load(name)
        before = [checkpoint.card.weights_sha256] if changes else []
        update = {"weights_sha256": "0" * 64, "formerly_sha256": before}
        return replace(checkpoint, card=checkpoint.card.model_copy(update=update))

    shown = trial_page.asked(ListeningRoom(VoteStore(room.store.path), changed), first, SOMEBODY)
    assert shown["state"] == state
    assert changes or "has changed since this trial was asked: start a new test" in shown["message"]


def test_no_more_are_kept_than_may_be(monkeypatch):
    monkeypatch.setattr(kept_clips, "MAX_KEPT_BYTES", 1_000)
    kept = KeptClips()
    for number in range(100):
        kept.keep(str(number), Prepared([Sound()], {}))
    assert list(kept._kept) == [str(number) for number in range(36, 100)]
    kept.of("40", list)
    kept.keep("large", Prepared([Sound(500), Sound(499)], {}))
    assert list(kept._kept) == ["40", "large"], "the one that was asked for last stays longest"
    kept.keep("larger", Prepared([Sound(5_000)], {}))
    assert list(kept._kept) == ["larger"], "the newest is kept whatever its size"
