"""Reveal: what a listener is told of a trial after the answer."""

import math

from engine.errors import EngineError
from engine.listening import ANCHOR, REAL, TASKS, Record, Trial, verdict
from engine.words import counted
from pages.house import PlayerNames, what_it_is
from pages.listen.listening_room import ListeningRoom, Question

BESIDE = {REAL: "The corpus itself", ANCHOR: "A scrambled version: its moments in random order"}
IN_A_SENTENCE = {REAL: "the corpus itself", ANCHOR: "the scrambled version"}
MOST = 1_000  # a higher figure says no more than that the model finds it impossible


def reveal(room: ListeningRoom, question: Question) -> list[dict[str, str]]:
    """Whose each lane was, and how likely every model of the test finds it.

    Raises:
        EngineError: a model is gone, or the store cannot be used.
    """
    found = question.played.unlikelihoods
    unit = room.model(next(iter(found))).representation.facts.figure_words
    facts = [
        "\n".join(
            f"{figure(each[place])} {unit} under {names(room, name).brief(name)}"
            for name, each in found.items()
        )
        for place in range(len(question.played.clips))
    ]
    return [row | {"facts": each} for row, each in zip(sources(room, question.trial), facts, strict=True)]


def sources(room: ListeningRoom, trial: Trial) -> list[dict[str, str]]:
    """Whose each lane was."""
    lane_names = TASKS[trial.task].lane_names
    lanes = zip(lane_names, (lane.source for lane in trial.lanes), strict=False)
    return [
        {"name": name, "source": BESIDE.get(source) or _described(room, source), "facts": ""}
        for name, source in lanes
    ]


def _described(room: ListeningRoom, model: str) -> str:
    known = names(room, model)
    what = what_it_is(known.cards[model]) if model in known.cards else ""
    return f"{known.title(model)}. {what}" if what else known.title(model)


def sentence_of(room: ListeningRoom, record: Record) -> str:
    """What an answer says, and how many others said likewise; empty where a task puts it in no words."""
    task = TASKS[record.trial.task]
    said = task.told(record.trial, record.answer.choice, lambda source: _called(room, source))
    if not said:
        return ""
    alike = [task.is_like(record, other) for other in room.store.records()]
    asked = [is_same for is_same in alike if is_same is not None]
    others = f" {sum(asked)} of {counted(len(asked), 'other listener')} said likewise." if asked else ""
    return f"{said[:1].upper()}{said[1:]}.{others}"


def _called(room: ListeningRoom, source: str) -> str:
    return IN_A_SENTENCE.get(source) or f"the {names(room, source).brief(source)}"


def verdict_of(room: ListeningRoom, trial: Trial) -> str:
    """What came of the test that this trial is the last of."""
    try:
        records = room.store.trials(trial.test_id, trial.listener)
    except EngineError:
        return ""  # the answer is kept all the same, and the sentence is there when the page is loaded again
    return verdict(records, lambda source: IN_A_SENTENCE.get(source) or names(room, source).brief(source))


def names(room: ListeningRoom, model: str) -> PlayerNames:
    """What a model is called; by its checkpoint's name if it is not here any more."""
    try:
        return PlayerNames({model: room.model(model).card})
    except EngineError:
        return PlayerNames({})


def figure(unlikelihood: float) -> str:
    """``7.89``; an impossible clip has a very high one, or none."""
    if math.isnan(unlikelihood) or unlikelihood > MOST:
        return f"over {MOST:,}"
    return f"{unlikelihood:.2f}"
