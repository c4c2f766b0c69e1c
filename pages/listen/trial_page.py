"""Trial page: one trial, entered by its opaque id; no picker, and nothing that tells before the answer."""

from typing import Any

import gradio as gr

from engine.errors import EngineError
from engine.listening import Hearing, Record, question_of
from pages.house import (
    QUIET,
    SHORT,
    footer,
    hero,
    known_or_new,
    queue_place,
    sentence,
    told_at,
    visitor_state,
)
from pages.listen.listening_room import ListeningRoom, Question, choice_of
from pages.listen.reveal import reveal, sources, verdict_of
from pages.listen.trial_player import TrialPlayer
from pages.parts import this_page, told
from pages.shared import Shared

NO_TRIAL = "There is no trial here yet: begin one on the Compare page."
KEPT = "Your answer is kept."
AFTERWARDS = [["Another test", "compare"], ["See the Board", "board"]]


def build(shared: Shared) -> None:
    """Lay the page out inside the current route."""
    room = shared.room
    hero("Trial", "Listen, change between the clips as often as you like, then answer.")
    visitor = visitor_state()
    player = TrialPlayer(elem_id="trial")
    short = {**SHORT, **told_at(queue_place())}
    footer()

    def enter(kept: Any, request: gr.Request) -> tuple[str, dict[str, Any]]:
        listener = known_or_new(kept)
        return listener, asked(room, request.query_params.get("id", ""), listener)

    def vote(kept: Any, event: gr.EventData) -> dict[str, Any]:
        given = told(event)
        return answered(room, str(given.get("trial", "")), known_or_new(kept), given)

    def go_on(kept: Any, event: gr.EventData) -> dict[str, Any]:
        return gone_on(room, str(told(event).get("trial", "")), known_or_new(kept))

    this_page().load(enter, visitor, [visitor, player], **short)
    player.vote(vote, visitor, player, queue=False, **QUIET)  # a full queue must not refuse a vote
    player.next(go_on, visitor, player, **short)


def asked(room: ListeningRoom, trial_id: str, listener: str) -> dict[str, Any]:
    """The trial as its listener may see it."""
    if not trial_id:
        return {"state": "empty", "message": NO_TRIAL}
    try:
        record = room.store.find(trial_id, listener)
        if record.answer is not None:
            return _revealed(room, record)
        return _blind(room.question(record.trial))
    except EngineError as error:
        return _failed(error)


def _blind(question: Question) -> dict[str, Any]:
    trial = question.trial
    hearing = Hearing.of(trial)
    return {
        "state": "asking",
        "trial": trial.trial_id,
        **question_of(trial.task),
        "number": trial.number,
        "num_trials": trial.num_trials,
        "seconds": round(trial.seconds, 3),
        "counts_from": round(hearing.counts_from, 3),
        "needed": round(hearing.needed, 3),
        "enough": round(hearing.enough, 3),
        "lanes": [{"audio": clip.wav} for clip in question.played.clips],
    }


def answered(room: ListeningRoom, trial_id: str, listener: str, given: dict[str, Any]) -> dict[str, Any]:
    """The reveal; an answer that does not count leaves the page as it was, with the reason."""
    try:
        return _revealed(room, room.answer(trial_id, listener, given))
    except EngineError as error:
        try:
            record = room.store.find(trial_id, listener)
        except EngineError:
            return _again(error)
        if record.answer is None:
            return _again(error)
        is_sent_again = choice_of(given) == record.answer.choice  # since a browser did not hear of it
        return _revealed(room, record, KEPT if is_sent_again else sentence(error))


def gone_on(room: ListeningRoom, trial_id: str, listener: str) -> dict[str, Any]:
    """The trial after this one."""
    try:
        following = room.next(trial_id, listener)
    except EngineError as error:
        return _again(error)
    return asked(room, following or "", listener)


def _revealed(room: ListeningRoom, record: Record, message: str = KEPT) -> dict[str, Any]:
    """An answered trial with all that is told of it; of models that are gone, their names are."""
    trial = record.trial
    told = {"state": "answered", "trial": trial.trial_id, **question_of(trial.task), "number": trial.number}
    choice = record.answer.choice if record.answer is not None else ""
    told |= {"num_trials": trial.num_trials, "message": message, "choice": choice}
    try:
        question = room.question(trial)
        told |= _blind(question) | {"state": "answered", "reveal": reveal(room, question)}
    except EngineError as error:
        told |= {"message": f"{message} {sentence(error)}", "reveal": sources(room, trial)}
    if trial.number < trial.num_trials:
        return told | {"has_next": True}
    return told | {"verdict": verdict_of(room, trial), "links": AFTERWARDS}


def _again(error: EngineError) -> dict[str, Any]:
    return {"state": "again", "message": sentence(error)}


def _failed(error: EngineError) -> dict[str, Any]:
    return {"state": "error", "message": sentence(error)}
