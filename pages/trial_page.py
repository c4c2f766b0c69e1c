"""Trial page: one trial, entered by its opaque id; no picker, and nothing that tells before the answer."""

from typing import Any

import gradio as gr

from engine import ANCHOR, REAL, EngineError, Record
from pages.catalogue import title
from pages.draw_page import QUIET, SHORT
from pages.listening_room import MIN_HEARD_SECONDS, ListeningRoom, Question
from pages.sentence import sentence
from pages.surround import footer, hero, queue_place, told_at
from pages.trial_player import TrialPlayer
from pages.visitor import known_or_new, visitor_state

NO_TRIAL = "There is no trial here yet: begin one on the Compare page."
BESIDE = {REAL: "The corpus itself", ANCHOR: "Anchor: the same frames in random order"}


def build(room: ListeningRoom) -> None:
    """Lay the page out inside the current route."""
    hero("Trial", "Listen, change between the clips as often as you like, then answer.")
    visitor = visitor_state()
    player = TrialPlayer(elem_id="trial")
    short = {**SHORT, **told_at(queue_place())}
    footer()

    def enter(kept: Any, request: gr.Request) -> tuple[str, dict[str, Any]]:
        listener = known_or_new(kept)
        return listener, _asked(room, request.query_params.get("id", ""), listener)

    def vote(kept: Any, event: gr.EventData) -> dict[str, Any]:
        given = event._data if isinstance(event._data, dict) else {}
        return _answered(room, str(given.get("trial", "")), known_or_new(kept), given)

    def go_on(kept: Any, event: gr.EventData) -> dict[str, Any]:
        given = event._data if isinstance(event._data, dict) else {}
        listener = known_or_new(kept)
        try:
            following = room.next(str(given.get("trial", "")), listener)
        except EngineError as error:
            return _failed(error)
        return _asked(room, following or "", listener)

    root = gr.context.Context.root_block
    root.load(enter, visitor, [visitor, player], **short)
    player.vote(vote, visitor, player, queue=False, **QUIET)  # a full queue must not refuse a vote
    player.next(go_on, visitor, player, **short)


def _asked(room: ListeningRoom, trial_id: str, listener: str) -> dict[str, Any]:
    """The trial as its listener may see it."""
    if not trial_id:
        return {"state": "empty", "message": NO_TRIAL}
    try:
        record = room.store.find(trial_id, listener)
        if record.answer is not None:
            return _revealed(room, record)
        return _blind(room.ask(trial_id, listener))
    except EngineError as error:
        return _failed(error)


def _blind(question: Question) -> dict[str, Any]:
    trial = question.trial
    return {
        "state": "asking",
        "trial": trial.trial_id,
        "task": trial.task,
        "number": trial.number,
        "num_trials": trial.num_trials,
        "seconds": round(trial.seconds, 3),
        "needed": round(min(MIN_HEARD_SECONDS, trial.seconds), 3),
        "lanes": [{"audio": clip.wav} for clip in question.clips],
    }


def _answered(room: ListeningRoom, trial_id: str, listener: str, given: dict[str, Any]) -> dict[str, Any]:
    """The reveal; an answer that does not count leaves the trial as it was, with the reason."""
    try:
        return _revealed(room, room.answer(trial_id, listener, given))
    except EngineError as error:
        shown = _asked(room, trial_id, listener)
        return shown if shown["state"] == "error" else {**shown, "message": sentence(error)}


def _revealed(room: ListeningRoom, record: Record) -> dict[str, Any]:
    question = room.ask(record.trial.trial_id, record.trial.listener)
    likelihoods = room.likelihoods(question)
    names = {"abx": "ABX", "preference": "AB"}.get(record.trial.task, "12345")
    reveal = [
        {
            "name": names[place],
            "source": BESIDE.get(lane.source) or title(room.model(lane.source).card),
            "facts": "; ".join(
                f"{nats[place]:.2f} nats per frame under {title(room.model(name).card)}"
                for name, nats in likelihoods.items()
            ),
        }
        for place, lane in enumerate(record.trial.lanes)
    ]
    return {
        **_blind(question),
        "state": "answered",
        "message": "Your answer is kept.",
        "reveal": reveal,
        "has_next": record.trial.number < record.trial.num_trials,
    }


def _failed(error: EngineError) -> dict[str, Any]:
    return {"state": "error", "message": sentence(error)}
