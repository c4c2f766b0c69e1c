"""Trial page: one trial, by the opaque id in its address; it gives nothing away before the answer."""

from typing import Any

import gradio as gr

from engine.errors import EngineError
from engine.listening import Hearing, Record, question_of
from pages.bounds import address_of
from pages.house import (
    QUIET,
    TRIAL_WORK,
    event_data,
    footer,
    hero,
    queue_place,
    sentence,
    this_page,
    told_at,
    visitor_state,
)
from pages.listen.doubt import is_program
from pages.listen.listening_room import ListeningRoom, Question, choice_of
from pages.listen.reveal import reveal, sentence_of, sources, verdict_of
from pages.listen.trial_player import TrialPlayer
from pages.shared import Shared

NO_TRIAL = "There is no trial here yet: begin one on the Compare page."
KEPT = "Your answer is kept."
AFTERWARDS = [["Another test", "compare"], ["See the Board", "board"]]


def build(shared: Shared) -> None:
    """Lay the page out inside the current route."""
    room, visitors = shared.room, shared.visitors
    hero("Trial", "Listen, change between the clips as often as you like, then answer.")
    visitor = visitor_state()
    player = TrialPlayer(elem_id="trial")
    short = {**TRIAL_WORK, **told_at(queue_place())}
    footer()

    def enter(kept: Any, request: gr.Request) -> tuple[str, dict[str, Any]]:
        known = visitors.known_or_new(kept)
        return known, asked(room, request.query_params.get("id", ""), visitors.listener(known))

    def vote(kept: Any, request: gr.Request, event: gr.EventData) -> dict[str, Any]:
        given, by_program = event_data(event), is_program(request.headers)
        facts = {"is_program": by_program, "address": address_of(request)}
        return answered(room, str(given.get("trial", "")), visitors.listener(kept), given, **facts)

    def reveal(kept: Any, event: gr.EventData) -> dict[str, Any]:
        return asked(room, str(event_data(event).get("trial", "")), visitors.listener(kept))

    def go_on(kept: Any, event: gr.EventData) -> dict[str, Any]:
        return trial_after(room, str(event_data(event).get("trial", "")), visitors.listener(kept))

    this_page().load(enter, visitor, [visitor, player], **short)
    player.vote(vote, visitor, player, queue=False, **QUIET)  # a full queue must not refuse a vote
    player.reveal(reveal, visitor, player, **short)
    player.next(go_on, visitor, player, **short)


def asked(room: ListeningRoom, trial_id: str, listener: str) -> dict[str, Any]:
    """The trial as its listener may see it."""
    if not trial_id:
        return {"state": "empty", "message": NO_TRIAL}
    try:
        record = room.store.find(trial_id, listener)
        if record.answer is not None:
            return _revealed(room, record)
        return _blind(room, room.question(record.trial))
    except EngineError as error:
        return _failed(error)


def _blind(room: ListeningRoom, question: Question) -> dict[str, Any]:
    trial = question.trial
    sounds = [clip.mp3 for clip in question.prepared.clips]
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
        "lanes": room.ledger.addresses(trial.trial_id, sounds),
    }


def answered(
    room: ListeningRoom, trial_id: str, listener: str, given: dict[str, Any], **facts: Any
) -> dict[str, Any]:
    """Take an answer, and say only that it is kept: nothing is rendered here, however often it is sent.

    An answer that is refused leaves the page as it was, with the reason.

    Args:
        facts: of the request, as ``ListeningRoom.answer`` has them.
    """
    try:
        return _kept(room.answer(trial_id, listener, given, **facts))
    except EngineError as error:
        try:
            record = room.store.find(trial_id, listener)
        except EngineError:
            return _again(error)
        if record.answer is None:
            return _again(error)
        is_sent_again = choice_of(given) == record.answer.choice  # the browser missed the confirmation
        return _kept(record, KEPT if is_sent_again else sentence(error))


def trial_after(room: ListeningRoom, trial_id: str, listener: str) -> dict[str, Any]:
    """The trial after this one."""
    try:
        following = room.next(trial_id, listener)
    except EngineError as error:
        return _again(error)
    return asked(room, following or "", listener)


def _kept(record: Record, message: str = KEPT) -> dict[str, Any]:
    """The state after an answer that is written down."""
    return {
        "state": "kept",
        "trial": record.trial.trial_id,
        "message": message,
        "choice": record.answer.choice if record.answer is not None else "",
        "has_next": record.trial.number < record.trial.num_trials,
    }


def _revealed(room: ListeningRoom, record: Record) -> dict[str, Any]:
    """An answered trial with all that can be told about it: only names where models are gone."""
    trial = record.trial
    told = {**question_of(trial.task), "number": trial.number, "num_trials": trial.num_trials}
    told |= _kept(record) | {"state": "answered"}
    try:
        question = room.question(trial)
        told |= _blind(room, question) | {"state": "answered", "reveal": reveal(room, question)}
        told |= {"told": sentence_of(room, record)}
    except EngineError as error:
        told |= {"message": f"{KEPT} {sentence(error)}", "reveal": sources(room, trial)}
    if trial.number < trial.num_trials:
        return told | {"has_next": room.store.has_test(trial.test_id, trial.listener)}
    return told | {"verdict": verdict_of(room, trial), "links": AFTERWARDS}


def _again(error: EngineError) -> dict[str, Any]:
    return {"state": "again", "message": sentence(error)}


def _failed(error: EngineError) -> dict[str, Any]:
    return {"state": "error", "message": sentence(error)}
