"""Reveal: what a listener is told about a trial after the answer."""

import math

from engine.errors import EngineError
from engine.listening import ANCHOR, REAL, TASKS, Record, Trial, verdict
from engine.words import counted
from pages.house import PlayerNames, what_it_is
from pages.listen.listening_room import ListeningRoom, Question

REFERENCES_IN_FULL = {REAL: "The corpus itself", ANCHOR: "A scrambled version: its moments in random order"}
REFERENCES_IN_A_SENTENCE = {REAL: "the corpus itself", ANCHOR: "the scrambled version"}
MAX_UNLIKELIHOOD = 1_000  # a higher figure says no more than that the model finds it impossible


def reveal(room: ListeningRoom, question: Question) -> list[dict[str, str]]:
    """``name``, ``source`` (whose it was) and ``facts`` (how likely every model of the test finds it) of each
    lane.

    Raises:
        EngineError: a model is gone, or the store cannot be used.
    """
    unlikelihoods = question.prepared.unlikelihoods
    unit = room.model(next(iter(unlikelihoods))).representation.facts.figure_words
    facts_of_lanes = [
        "\n".join(
            f"{printed_unlikelihood(of_lanes[place])} {unit} under {names(room, name).brief(name)}"
            for name, of_lanes in unlikelihoods.items()
        )
        for place in range(len(question.prepared.clips))
    ]
    lanes = zip(sources(room, question.trial), facts_of_lanes, strict=True)
    return [lane | {"facts": facts} for lane, facts in lanes]


def sources(room: ListeningRoom, trial: Trial) -> list[dict[str, str]]:
    """As ``reveal``, with empty facts; also for trials whose models are gone."""
    lane_names = TASKS[trial.task].lane_names
    lanes = zip(lane_names, (lane.source for lane in trial.lanes), strict=False)
    return [
        {"name": name, "source": REFERENCES_IN_FULL.get(source) or _described(room, source), "facts": ""}
        for name, source in lanes
    ]


def _described(room: ListeningRoom, model: str) -> str:
    known = names(room, model)
    what = what_it_is(known.cards[model]) if model in known.cards else ""
    return f"{known.title(model)}. {what}" if what else known.title(model)


def sentence_of(room: ListeningRoom, record: Record) -> str:
    """What an answer says, and how many others said the same; empty where the task has no words for it."""
    task = TASKS[record.trial.task]
    said = task.told(record.trial, record.answer.choice, lambda source: _called(room, source))
    if not said:
        return ""
    alike = [task.is_like(record, theirs) for theirs in room.store.records()]
    asked = [is_same for is_same in alike if is_same is not None]
    others = f" {sum(asked)} of {counted(len(asked), 'other listener')} said the same." if asked else ""
    return f"{said[:1].upper()}{said[1:]}.{others}"


def _called(room: ListeningRoom, source: str) -> str:
    return REFERENCES_IN_A_SENTENCE.get(source) or f"the {names(room, source).brief(source)}"


def verdict_of(room: ListeningRoom, trial: Trial) -> str:
    """The result of the test whose last trial this is; empty where the store cannot be used."""
    try:
        records = room.store.trials(trial.test_id, trial.listener)
    except EngineError:
        return ""  # the answer is kept, and the sentence comes when the page is loaded again
    return verdict(
        records, lambda source: REFERENCES_IN_A_SENTENCE.get(source) or names(room, source).brief(source)
    )


def names(room: ListeningRoom, model: str) -> PlayerNames:
    """The names of a model; its checkpoint's name in all of them if it is no longer here."""
    try:
        return PlayerNames({model: room.model(model).card})
    except EngineError:
        return PlayerNames({})


def printed_unlikelihood(unlikelihood: float) -> str:
    """``7.89``; ``over 1,000`` where the model finds the clip impossible (very high, or NaN)."""
    if math.isnan(unlikelihood) or unlikelihood > MAX_UNLIKELIHOOD:
        return f"over {MAX_UNLIKELIHOOD:,}"
    return f"{unlikelihood:.2f}"
