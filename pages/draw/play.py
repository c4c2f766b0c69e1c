"""Play: sample piano rolls with one to four models, see them grow, hear them, download them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from engine.errors import EngineError
from engine.rendering import INSTRUMENTS
from engine.representations import PianoRoll
from pages.draw.drawing import play_together, sample_together
from pages.draw.drawn import beginning_of
from pages.draw.first_draw import first_draw
from pages.draw.history import gone_on
from pages.draw.lane_draw import LaneDraw
from pages.draw.page import DrawPage, new_seed
from pages.house import LIMITS, MAX_DRAWN_FRAMES, Changes, Running, event_data, loaded, repeated, toast
from pages.shared import Shared

PLAY_GRID = (
    "The models hear which keys sound in each frame, a quarter note for the chorales and an eighth for "
    "other corpora, and nothing else: a note that is struck again becomes a held one, shorter ones are left "
    "out, and the tempo is the slider's."
)


PLAYED_CONTROLS = ("tempo", "program")  # which change nothing but how a draw is played
UNTIL_END_INFO = "After each frame a chance, learned from real endings, decides whether the draw is over."


class PlayPage(DrawPage):
    """The page Play: piano rolls."""

    name = "play"
    kind = PianoRoll.name
    picture = "roll"
    heading = "Hear what a network has learned"
    promise = (
        "Small networks that have heard nothing but chorales, say, invent one. Each press lets several do "
        "it, the best first."
    )
    nothing_yet = "There is no music model in `checkpoints/` yet"
    button = "New piece"
    corpus_label = "Music"
    own_label = "A MIDI file of mine"
    unit = "frames"

    @property
    def first_corpus(self) -> str:
        names = [name for _, name in self.catalogue.corpora]
        return "jsb_chorales" if "jsb_chorales" in names else names[0]

    def lay_out_own(self) -> None:
        self.controls["upload"] = gr.File(label="A MIDI file to continue", height=150, elem_id="upload")
        gr.Markdown(PLAY_GRID, elem_classes="earshot-note")

    def lay_out_more(self, corpus: str) -> None:
        self.models(corpus)
        with gr.Row():
            self.controls["length"] = gr.Slider(
                1, MAX_DRAWN_FRAMES, value=256, step=1, label="Length in frames, at most", elem_id="length"
            )
            self.controls["until_end"] = gr.Checkbox(
                True, label="Until the piece ends", elem_id="until-end", info=UNTIL_END_INFO
            )
            self.temperature()
        with gr.Row():
            lowest, highest = LIMITS["tempo"]
            self.controls["tempo"] = gr.Slider(
                lowest, highest, value=100, step=1, label="Tempo, quarters a minute", elem_id="tempo"
            )
            self.controls["program"] = gr.Dropdown(
                list(INSTRUMENTS.items()), value=0, label="Instrument", elem_id="instrument", filterable=False
            )
            self.seed()

    def play_again(self, given: Changes) -> Iterator[Changes]:
        """Play what is on the page in another tempo or on another instrument."""
        drawn = given[self.drawn]
        try:
            asked = {name: given[self.controls[name]] for name in PLAYED_CONTROLS}
            request = drawn and replace(drawn.request, **asked)
        except EngineError as error:
            raise toast(error) from None
        if request is None or request == drawn.request or given[self.running] is not None:
            yield gr.skip()
        else:
            yield from repeated(self.fill(request, drawn.lanes(request), drawn.note))

    def go_on(self, given: Changes, event: gr.EventData) -> Iterator[Changes]:
        """Draw anew, continuing a lane from where the visitor has heard it to."""
        corpus, seed = given[self.controls["corpus"]], new_seed()
        roll = loaded(self.catalogue.cards_of(corpus)[0].name).representation
        try:
            prime = beginning_of(event_data(event), roll)
        except EngineError as error:
            raise toast(error) from None
        choices = [*self.prime_choices(corpus), ("What was heard", prime)]
        chosen = {self.controls["prime"]: prime, self.controls["seed"]: seed}
        yield {**chosen, self.controls["prime"]: gr.update(choices=choices, value=prime)}
        origin = given[self.drawn] and given[self.drawn].request.link
        for changes in self.press({**given, **chosen}):
            if self.history in changes:
                changes = {**changes, self.history: gone_on(changes[self.history], origin)}
            yield changes

    def welcome(self) -> dict[str, Any]:
        return first_draw()

    def _connect(self, page: gr.Blocks) -> None:
        super()._connect(page)
        played = {self.drawn, self.running, *(self.controls[name] for name in PLAYED_CONTROLS)}
        self.controls["tempo"].release(self.play_again, played, self.filled, **self.heavy)
        self.controls["program"].change(self.play_again, played, self.filled, **self.heavy)
        shown = [*self.filled, self.controls["seed"], self.controls["prime"]]
        for lane in self.lanes:
            lane.go_on(self.go_on, {*self.inputs, self.drawn}, shown, **self.heavy)

    def sample_lanes(self, lanes: tuple[LaneDraw, ...], running: Running) -> Iterator[Changes]:
        """All side by side, so that one can see where they part."""
        for grown in sample_together(lanes, running):
            yield self.show(grown)
        for played in play_together(lanes, running):
            yield self.show(played)
        for lane in lanes:
            lane.finish()
            yield self.show([lane])


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks, with its events."""
    PlayPage(shared.catalogues[PlayPage.kind])
