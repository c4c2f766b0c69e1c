"""Score: how likely every model finds a piece that a visitor brings, and where the piece surprised it."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from engine.errors import EngineError, InvalidValueError, UnknownNameError
from engine.pieces import excerpt
from engine.rendering import Performance
from engine.representations import REPRESENTATIONS
from pages.house import (
    FITTING_REMEDY,
    HEAVY_WORK,
    LIGHT_WORK,
    LIMITS,
    OWN,
    PRIVACY,
    QUIET,
    Catalogue,
    Changes,
    event_data,
    footer,
    hero,
    number,
    queue_place,
    sentence,
    this_page,
    toast,
    told_at,
    warn,
    with_remedy,
)
from pages.score.score_lane import ScoreLane
from pages.score.score_table import ScoreTable
from pages.score.scoring import MAX_SCORED_QUARTERS, MAX_SCORED_SECONDS, Scoring
from pages.score.shipped_scoring import ShippedScoring
from pages.score.side import MUSIC_SIDE, SCORE_SIDES, SPEECH_SIDE, piece_choices
from pages.score.view import expected_value, lane_value, opened_value, table_value
from pages.shared import Shared

SCORE_HEADING = "How surprising is it?"
SCORE_PROMISE = (
    "Bring a piece of music or a recording. Every model that reads such a thing says how likely it finds it, "
    "moment by moment: see what it did not expect, click there and listen."
)
NOTHING_TO_SCORE = "There is no model in `checkpoints/` yet"
SCORE_GRID = (
    "The models hear which keys sound in each quarter or eighth note and nothing else. Every piece is tried "
    f"in twelve keys; the first {MAX_SCORED_QUARTERS} quarter notes are scored."
)
SCORE_SOUND = f"{PRIVACY} The first {MAX_SCORED_SECONDS:g} seconds are scored."
FIRST_TEMPO = 100.0
SECONDS_PER_SCORE_VIEW = 0.3  # between two updates of the page
SECONDS_TO_LOOK = 0.8  # for which a model may go on to frames after the one that was asked for
FRAMES_TO_LOOK = 24  # at most, that one included
LOOK: Mapping[str, Any] = {
    **QUIET,
    "concurrency_id": "look",
    "concurrency_limit": 2,
    "trigger_mode": "multiple",  # the lane asks again as soon as it is answered, before Gradio is done
}


class ScorePage:
    """The page, laid out inside the current Blocks; it holds components, and nothing of any visitor.

    Args:
        catalogues: name of a representation -> its models.
    """

    def __init__(self, catalogues: Mapping[str, Catalogue]):
        self.catalogues = {kind: catalogue for kind, catalogue in catalogues.items() if catalogue.cards}
        problems = list(
            dict.fromkeys(text for catalogue in catalogues.values() for text in catalogue.problems)
        )
        hero(SCORE_HEADING, SCORE_PROMISE)
        if not self.catalogues:
            gr.Markdown(f"{with_remedy(NOTHING_TO_SCORE, FITTING_REMEDY)}.")
            footer(problems)
            return
        with gr.Group(elem_classes="earshot-card"):
            self.controls = self._lay_out_controls(next(iter(self.catalogues)))
            with gr.Row(elem_classes="earshot-actions"):
                self.start = gr.Button("Score", variant="primary", elem_id="score")
                self.mine = gr.Button("A file of my own", elem_id="mine")
                self.stop = gr.Button("Stop", elem_id="stop", interactive=False)
                self.queue = queue_place()
        self.lane = ScoreLane(self._first_value(), elem_id="lane-0")
        self.table = ScoreTable(elem_id="score-table")
        self.scoring = gr.State(None)
        footer(problems)
        self._connect()

    def _lay_out_controls(self, kind: str) -> dict[str, Component]:
        """Music and speech each have pieces and a place for the visitor's file; one of the two is hidden."""
        controls: dict[str, Component] = {}
        with gr.Row():
            kinds = [(REPRESENTATIONS[name].facts.title, name) for name in self.catalogues]
            controls["kind"] = gr.Radio(kinds, value=kind, label="What", elem_id="kind", scale=2)
            for side in SCORE_SIDES.values():
                choices = piece_choices(side)
                controls[side.shipped] = gr.Dropdown(
                    choices, value=choices[0][1], label="Piece", elem_id=side.shipped, scale=3,
                    visible=side.kind == kind, filterable=False,
                )  # fmt: skip
            lowest, highest = LIMITS["tempo"]
            controls["tempo"] = gr.Slider(
                lowest, highest, value=FIRST_TEMPO, step=1, label="Tempo, quarters a minute", elem_id="tempo",
                visible=kind == MUSIC_SIDE.kind, scale=3,
            )  # fmt: skip
        with gr.Column(visible=False) as self.own_music:
            controls["midi"] = gr.File(
                label="A MIDI file to score",
                height=150,
                elem_id="upload",
            )
            gr.Markdown(SCORE_GRID, elem_classes="earshot-note")
        with gr.Column(visible=False) as self.own_speech:
            controls["recording"] = gr.Audio(
                sources=["upload", "microphone"],
                type="filepath",
                label="A recording to score",
                elem_id="recording",
            )
            gr.Markdown(SCORE_SOUND, elem_classes="earshot-note")
        return controls

    def _first_value(self) -> dict[str, Any]:
        """What the lane says until a shipped piece has been scored, if there is one."""
        kind = next(iter(self.catalogues))
        return welcome(kind) if piece_choices(SCORE_SIDES[kind])[0][1] == OWN else waiting(kind)

    def choose_own(self, kind: str) -> Changes:
        """Choose the visitor's own file, and show the place for it."""
        side = SCORE_SIDES[kind]
        places = {MUSIC_SIDE.kind: self.own_music, SPEECH_SIDE.kind: self.own_speech}
        shown = {place: gr.update(visible=name == kind) for name, place in places.items()}
        return {self.controls[side.shipped]: gr.update(value=OWN), **shown}

    def _connect(self) -> None:
        inputs = {*self.controls.values(), self.scoring}
        heavy = {**HEAVY_WORK, **told_at(self.queue)}
        filled = [self.scoring, self.table, self.lane, self.stop]
        self.start.click(self.press, inputs, filled, **heavy)
        self.stop.click(press_stop, self.scoring, None, queue=False, **QUIET)
        choices = [self.controls[name] for name in ("kind", MUSIC_SIDE.shipped, SPEECH_SIDE.shipped)]
        shown = self._shown = [*choices[1:], self.controls["tempo"], self.own_music, self.own_speech]
        self.mine.click(
            self.choose_own, choices[0], [*choices[1:], self.own_music, self.own_speech], **LIGHT_WORK
        )
        for choice in choices:
            choice.input(show_chosen, choices, shown, **LIGHT_WORK)
        self.table.choose(self.choose, self.scoring, [self.table, self.lane], **LIGHT_WORK)
        self.lane.look(look, self.scoring, self.lane, **LOOK)
        self.lane.gates(show_gate, self.scoring, self.lane, **LIGHT_WORK)
        self.shipped = {
            piece: ShippedScoring(partial(open_shipped, piece, catalogue))
            for kind, catalogue in self.catalogues.items()
            for _, piece in piece_choices(SCORE_SIDES[kind])
            if piece != OWN
        }
        if self.shipped:
            this_page().load(self.visit, None, [*filled, *choices, *shown[2:]], **LIGHT_WORK)

    def visit(self, visitor: gr.Request) -> Iterator[Changes]:
        """Score the shipped piece that the address names, or else the first; all visitors share the work."""
        piece = visitor.query_params.get("piece", "")
        if piece and piece not in self.shipped:
            warn(UnknownNameError("piece of this page", piece[:60], self.shipped))
        shipped = self.shipped.get(piece) or next(iter(self.shipped.values()))
        try:
            scoring = shipped.of_visitor(FIRST_TEMPO)
        except EngineError as error:
            raise toast(error) from None
        if piece in self.shipped:  # else a visitor who has chosen something by now keeps it
            yield self._chosen(scoring.kind, piece)
        yield from self._follow(scoring, shipped.go_on)

    def _chosen(self, kind: str, piece: str) -> Changes:
        """The controls as they are when this piece is chosen."""
        choices = {
            name: self.controls[name].value for name in ("kind", MUSIC_SIDE.shipped, SPEECH_SIDE.shipped)
        }
        choices |= {"kind": kind, SCORE_SIDES[kind].shipped: piece}
        shown = dict(zip(self._shown, show_chosen(*choices.values()), strict=True))
        for name in ("kind", SCORE_SIDES[kind].shipped):
            control = self.controls[name]
            shown[control] = {**shown.get(control, gr.update()), "value": choices[name]}
        return shown

    def press(self, given: Changes) -> Iterator[Changes]:
        """Score a piece; yields the table and the lane as they change."""
        asked = {name: given[component] for name, component in self.controls.items()}
        piece = self.shipped.get(asked[SCORE_SIDES[asked["kind"]].shipped])
        try:
            tempo = number("tempo", asked["tempo"])
            if piece is None:
                scoring = open_scoring(asked, self.catalogues[asked["kind"]])
            else:
                scoring = piece.of_visitor(tempo)
        except EngineError as error:
            raise toast(error) from None
        if given[self.scoring] is not None:
            given[self.scoring].running.replace()
        yield from self._follow(scoring, (piece or scoring).go_on)

    def _follow(self, scoring: Scoring, go_on: Callable[[float], None]) -> Iterator[Changes]:
        """The table and the lane until all models have listened."""
        kind = scoring.kind
        begun = {self.scoring: scoring, self.stop: gr.update(interactive=not scoring.is_done)}
        yield {**begun, self.table: table_value(scoring), self.lane: waiting(kind)}
        while not scoring.is_done:
            go_on(SECONDS_PER_SCORE_VIEW)
            if scoring.running.is_replaced or scoring.is_done:
                break
            yield {self.table: table_value(scoring), **self._first_lane(scoring)}
        if scoring.running.is_replaced:  # another piece's table and lane are on the page by now
            return
        ended = {self.stop: gr.update(interactive=False)}
        if not scoring.judgements:
            yield {self.table: None, self.lane: welcome(kind), **ended}
            raise toast(EngineError(scoring.problems[0] if scoring.problems else "stopped before any result"))
        if not scoring.is_chosen_by_visitor:
            scoring.chosen = scoring.best.card.name
        chosen = scoring.judgement(scoring.chosen)  # sent again: see pages/house/changes.py
        yield {self.table: table_value(scoring), self.lane: lane_value(scoring, chosen), **ended}

    def _first_lane(self, scoring: Scoring) -> Changes:
        """The first model's lane as soon as there is one; the best model's follows when all are there."""
        if scoring.chosen is not None or not scoring.judgements:
            return {}
        scoring.chosen = scoring.judgements[0].card.name
        return {self.lane: lane_value(scoring, scoring.judgements[0]), self.table: table_value(scoring)}

    def choose(self, scoring: Scoring | None, event: gr.EventData) -> Changes | Any:
        """Show another model's lane."""
        judgement = scoring and scoring.judgement(sent(event, "model", str))
        if not judgement:
            return gr.skip()
        scoring.chosen, scoring.is_chosen_by_visitor = judgement.card.name, True
        return {self.table: table_value(scoring), self.lane: lane_value(scoring, judgement)}


def open_scoring(asked: Mapping[str, Any], catalogue: Catalogue) -> Scoring:
    """The scoring of the visitor's own file.

    Raises:
        EngineError: no file is chosen, it cannot be read, or the tempo is out of range.
    """
    side = SCORE_SIDES[asked["kind"]]
    upload = asked[side.upload]
    performance = Performance(number("tempo", asked["tempo"])) if side is MUSIC_SIDE else Performance()
    if upload is None:
        raise InvalidValueError(side.missing)
    return Scoring(Path(upload), Path(upload).name, list(catalogue.cards.values()), performance)


def open_shipped(piece: str, catalogue: Catalogue) -> Scoring:
    """The scoring of a shipped piece, at the pitch of its corpus; raises EngineError if it cannot be read."""
    shipped, cards = excerpt(piece), list(catalogue.cards.values())
    heights = (card.corpus.played_semitones for card in cards if card.corpus.name == shipped.corpus)
    performance = Performance(FIRST_TEMPO, semitones=next(heights, 0))
    scoring = Scoring(shipped.path, shipped.title, cards, performance)
    scoring.link, scoring.corpus = f"?piece={piece}", shipped.corpus
    return scoring


def show_chosen(kind: str, music: str, speech: str) -> list[Any]:
    """Show the controls of music or of speech: pieces, a tempo for music, a place for a file if chosen."""
    is_music = kind == MUSIC_SIDE.kind
    own_music, own_speech = is_music and music == OWN, not is_music and speech == OWN
    return [gr.update(visible=shown) for shown in (is_music, not is_music, is_music, own_music, own_speech)]


def welcome(kind: str) -> dict[str, Any]:
    """A lane before anything is scored."""
    return {"kind": SCORE_SIDES[kind].picture, "message": SCORE_SIDES[kind].invitation}


def waiting(kind: str) -> dict[str, Any]:
    """A lane while the first model is at work."""
    return {**welcome(kind), "message": "The first model is listening …"}


def press_stop(scoring: Scoring | None) -> None:
    """End the scoring; what the models have said so far is kept."""
    if scoring is not None:
        scoring.running.stop()


def look(scoring: Scoring | None, event: gr.EventData) -> Any:
    """Answer the event ``look``: what a model expects at a frame, and at some after it."""
    name, frame = sent(event, "model", str), sent(event, "frame", int)
    if scoring is not None and name == scoring.chosen and event_data(event).get("is_heard") is True:
        scoring.is_chosen_by_visitor = True  # no other lane comes while this one is heard
    if scoring is None or name is None or frame is None:
        return gr.skip()
    try:
        expectations = scoring.expected(name, frame, SECONDS_TO_LOOK, FRAMES_TO_LOOK)
    except EngineError as error:
        raise gr.Error(sentence(error), print_exception=False) from None
    return gr.update(expected=expected_value(scoring, name, frame, expectations))


def show_gate(scoring: Scoring | None, event: gr.EventData) -> Any:
    """Answer the event ``gates``: how far a gate of a model was open, frame by frame."""
    name, number = sent(event, "model", str), sent(event, "gate", int)
    gate = None if None in (scoring, name, number) else opened_value(scoring, name, number)
    return gr.skip() if gate is None else gr.update(opened=gate)


def sent(event: gr.EventData, name: str, kind: type) -> Any:
    """What the browser sent under a name, or None where it is of another type."""
    value = event_data(event).get(name)
    return value if isinstance(value, kind) and not isinstance(value, bool) else None


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks, with its events."""
    ScorePage(shared.catalogues)
