"""DrawPage: what the pages that draw have in common: controls, lanes, history, links and their events.

Conventions
    controls   name -> component; the names are fields of DrawRequest, "corpus" and "upload"

One object per page, built when the app starts and the same for every visitor: it holds components, and the
latest draws by their links, but nothing of any one visitor.
"""

import html
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import gradio as gr
from gradio.components import Component

from engine.checkpoints import Card, corpus_words, title
from engine.errors import EngineError, UnknownNameError
from engine.pieces import excerpts_of
from engine.sampling import MAX_SEED
from pages.draw.drawing import open_drawing
from pages.draw.drawn import Drawn
from pages.draw.history import History, finished
from pages.draw.kept_draws import KeptDraws
from pages.draw.lane_draw import LaneDraw
from pages.draw.packed_roll import PACKED
from pages.draw.request import DrawRequest
from pages.house import (
    FITTING_REMEDY,
    HEAVY_WORK,
    LIGHT_WORK,
    LIMITS,
    MAX_LANES,
    OWN,
    QUIET,
    Catalogue,
    Changes,
    Running,
    first_names,
    footer,
    hero,
    model_notes,
    queue_place,
    repeated,
    this_page,
    toast,
    told_at,
    warn,
    with_remedy,
)
from pages.parts import HIDDEN_LANE, Lane

SHOWN_SEED = 7


class DrawPage(ABC):
    """A page with lanes and what fills them, laid out inside the current Blocks.

    Args:
        catalogue: the models of this page; without any, the page says how to get one.
    """

    name: str  # of its history in the browser
    kind: str  # of the frames: name of a representation
    picture: str  # kind of a lane: "roll" or "wave"
    heading: str
    promise: str
    nothing_yet: str  # the sentence while there is no model, without its remedy
    button: str  # draws with a new seed
    corpus_label: str  # of the choice between corpora
    own_label: str  # choice of a file of the visitor's
    unit: str  # of the length, as it is written after a number

    def __init__(self, catalogue: Catalogue):
        self.catalogue = catalogue
        hero(self.heading, self.promise)
        if not catalogue.corpora:
            gr.Markdown(f"{with_remedy(self.nothing_yet, FITTING_REMEDY)}.")
            footer(catalogue.problems)
            return
        self.controls: dict[str, Component] = {}
        self.kept = KeptDraws()
        with gr.Group(elem_classes="earshot-card"):
            self.lay_out_choices(self.first_corpus)
            with gr.Row(elem_classes="earshot-actions"):
                self.new = gr.Button(self.button, variant="primary", elem_id="new")
                self.sample = gr.Button("Again with this seed", elem_id="sample")
                self.stop = gr.Button("Stop drawing", elem_id="stop", interactive=False)
                self.queue = queue_place()
            with gr.Accordion("More", open=False, elem_id="more", elem_classes="earshot-more"):
                self.lay_out_more(self.first_corpus)
        self.note = gr.Markdown(visible=False, elem_id="note", elem_classes="earshot-note")
        coming = {"kind": self.picture, "message": "Something to hear is on its way …"}
        self.lanes = [
            Lane(coming if lane == 0 else HIDDEN_LANE, elem_id=f"lane-{lane}") for lane in range(MAX_LANES)
        ]
        self.history = History(self.name, elem_id="history")
        self.running = gr.State(None)
        self.linked = gr.State(None)  # (what the address asks for, the id of the press that led here)
        self.drawn = gr.State(None)
        self.offered = gr.State(self.first_corpus)  # whose models the visitor can tick
        footer(catalogue.problems)
        self._connect(this_page())

    @abstractmethod
    def lay_out_own(self) -> None:
        """What is shown while the visitor's own file is chosen: fill ``controls["upload"]``."""

    @abstractmethod
    def lay_out_more(self, corpus: str) -> None:
        """Fill ``controls`` with what most visitors leave as it is."""

    @abstractmethod
    def welcome(self) -> dict[str, Any]:
        """What the first lane shows before anything is drawn."""

    @abstractmethod
    def sample_lanes(self, lanes: tuple[LaneDraw, ...], running: Running) -> Iterator[Changes]:
        """Sample and finish all lanes; yields what has changed."""

    @property
    def first_corpus(self) -> str:
        """The corpus that is chosen at first, by name."""
        return self.catalogue.corpora[0][1]

    def lay_out_choices(self, corpus: str) -> None:
        """Lay out the choices of a corpus and of a beginning."""
        choices = self.prime_choices(corpus)
        with gr.Row(elem_classes="earshot-choices"):
            self.controls["corpus"] = gr.Dropdown(
                self.catalogue.corpora, value=corpus, label=self.corpus_label, elem_id="corpus",
                filterable=False, min_width=140,
            )  # fmt: skip
            self.controls["prime"] = gr.Dropdown(
                choices, value=choices[0][1], label="Beginning", elem_id="prime", filterable=False,
                min_width=140,
            )  # fmt: skip
        with gr.Column(visible=False) as self.own:
            self.lay_out_own()

    def models(self, corpus: str) -> None:
        """Lay out the choice of models, and the notes on them."""
        models = self.catalogue.models(corpus)
        self.controls["models"] = gr.CheckboxGroup(
            models, value=first_names(models), label="Models", elem_id="models"
        )
        self.about = gr.HTML(model_notes(self.catalogue.cards_of(corpus)), apply_default_css=False)

    def temperature(self) -> None:
        """Lay out the temperature: how bold a draw is."""
        lowest, highest = LIMITS["temperature"]
        self.controls["temperature"] = gr.Slider(
            lowest, highest, value=1.0, step=0.05, label="Temperature", elem_id="temperature"
        )

    def seed(self) -> None:
        """Lay out the seed; the request limits it, since Gradio's own limits put a traceback into the log."""
        self.controls["seed"] = gr.Number(SHOWN_SEED, label="Seed", precision=0, elem_id="seed")

    def prime_choices(self, corpus: str) -> list[tuple[str, str]]:
        """(label, value) of what a draw may begin with; the first is chosen at first."""
        shipped = [(excerpt.title, excerpt.name) for excerpt in excerpts_of(corpus, self.kind)]
        return [("From nothing", ""), *shipped, (self.own_label, OWN)]

    @property
    def inputs(self) -> set[Component]:
        """The components whose values a press is given."""
        return {*self.controls.values(), self.running}

    @property
    def filled(self) -> list[Component]:
        """The components that ``fill`` changes."""
        return [self.running, self.drawn, self.note, self.history, *self.lanes, self.stop]

    @property
    def heavy(self) -> dict[str, Any]:
        """Options of an event that draws; the last press during another draw is not lost."""
        return {**HEAVY_WORK, **told_at(self.queue), "trigger_mode": "always_last"}

    def _connect(self, page: gr.Blocks) -> None:
        inputs = self.inputs
        shown = [*self.filled, self.controls["seed"], self.controls["prime"]]
        filled = [component for name, component in self.controls.items() if name != "upload"]
        heavy = self.heavy
        self.sample.click(self.press, inputs, shown, **heavy)
        self.new.click(self.press_new, inputs, shown, **heavy)
        self.stop.click(press_stop, self.running, None, queue=False, **QUIET)
        corpus, models, prime = (self.controls[name] for name in ("corpus", "models", "prime"))
        offered = self.offered
        corpus.change(
            self.choose_corpus, [corpus, offered], [models, prime, offered, self.about], **LIGHT_WORK
        )
        prime.change(show_own, prime, self.own, **LIGHT_WORK)
        visible = [self.linked, self.drawn, self.offered, self.about, self.note, self.history]
        visible += [*self.lanes, *filled]
        visited = page.load(self.visit, None, visible, **LIGHT_WORK)
        visited.then(self.draw_linked, {self.linked, self.running}, shown, **HEAVY_WORK)

    def choose_corpus(self, corpus: str, offered: str) -> Changes:
        """Offer the models and beginnings of another corpus, unless an address has led to them already.

        It answers ``change``, not ``input``, which Gradio (6.31) sends twice: a late second answer would undo
        what was ticked by then.
        """
        return {self.offered: corpus} if corpus == offered else self._offer(corpus)

    def _offer(self, corpus: str) -> Changes:
        models, primes = self.catalogue.models(corpus), self.prime_choices(corpus)
        return {
            self.offered: corpus,
            self.about: model_notes(self.catalogue.cards_of(corpus)),
            self.controls["models"]: gr.update(choices=models, value=first_names(models)),
            self.controls["prime"]: gr.update(choices=primes, value=primes[0][1]),
        }

    def visit(self, visitor: gr.Request) -> Iterator[Changes]:
        """What a visitor finds: the draw that the address asks for (shown, or about to be drawn), a new draw
        by the model that the address names, or a welcome."""
        try:
            request = DrawRequest.from_query(visitor.query_params)
            if request is not None:
                controls = self._controls_of(request)
                shown = self._shown_again(request)
                yield {self.linked: None if shown else (request, ""), **controls, **shown}
                return
            if name := visitor.query_params.get("model"):
                yield self._with_model(name)
                return
        except EngineError as error:
            warn(error)
        welcome = self.welcome()
        yield {self.linked: None, self.drawn: Drawn.of_link(welcome), self.lanes[0]: welcome}

    def _shown_again(self, request: DrawRequest) -> Changes:
        """The lanes of a draw whose files are still here; empty if it must be drawn."""
        kept = self.kept.of(request.link)
        if kept is None:
            return {}
        lanes = dict(zip(self.lanes, kept.lanes, strict=False))
        history = finished(self.name, request, self.describe(request))
        drawn = Drawn.of(request, kept.lanes, kept.note)
        return {**lanes, self.note: _note(kept.note), self.history: history, self.drawn: drawn}

    def _card(self, name: str) -> Card:
        """The card of a model that an address names; raises UnknownNameError."""
        if name not in self.catalogue.cards:
            raise UnknownNameError("model of this page", name[:60], self.catalogue.cards)
        return self.catalogue.cards[name]

    def _with_model(self, name: str) -> Changes:
        """Choose this model alone, to be heard at once: a press on another page led here.

        Raises UnknownNameError."""
        card = self._card(name)
        offer = self._offer(card.corpus.name)
        primes = [value for _, value in self.prime_choices(card.corpus.name) if value != OWN]
        asked = {control: component.value for control, component in self.controls.items()}
        asked |= {"prime": primes[0], "seed": new_seed()}
        message = f"{title(card)}, fitted to {corpus_words(card)}, is about to begin …"
        return {
            **offer,
            self.controls["corpus"]: card.corpus.name,
            self.controls["models"]: {**offer[self.controls["models"]], "value": [name]},
            self.controls["prime"]: {**offer[self.controls["prime"]], "value": primes[0]},
            self.controls["seed"]: asked["seed"],
            self.linked: (DrawRequest.of((name,), asked), secrets.token_hex(4)),
            self.lanes[0]: {"kind": self.picture, "message": message},
        }

    def _controls_of(self, request: DrawRequest) -> Changes:
        """The controls as a request has them; raises EngineError if this page cannot draw it."""
        cards = [self._card(name) for name in request.models]
        corpus = cards[0].corpus.name
        open_drawing(request, None, self.kind)
        choices = self.prime_choices(corpus)
        if request.prime.startswith(PACKED):
            choices.append(("The beginning in this link", request.prime))
        names = [field.name for field in fields(DrawRequest) if field.name not in ("models", "prime")]
        values = {name: getattr(request, name) for name in names if name in self.controls}
        return {
            **{self.controls[name]: value for name, value in values.items()},
            self.offered: corpus,
            self.about: model_notes(self.catalogue.cards_of(corpus)),
            self.controls["corpus"]: corpus,
            self.controls["models"]: gr.update(
                choices=self.catalogue.models(corpus), value=list(request.models)
            ),
            self.controls["prime"]: gr.update(choices=choices, value=request.prime),
        }

    def draw_linked(self, given: Changes) -> Iterator[Changes]:
        """Draw what the address asks for, if it asks for anything."""
        if given[self.linked] is None:
            yield gr.skip()  # a handler that yields nothing would empty everything
        else:
            request, press = given[self.linked]
            yield from repeated(self._draw(request, None, given, press))

    def press_new(self, given: Changes) -> Iterator[Changes]:
        """As ``press``, with a random seed."""
        seed = new_seed()
        shown = {self.controls["seed"]: seed}
        for changes in self.press({**given, **shown}):
            yield {**shown, **changes}
            shown = {}

    def press(self, given: Changes) -> Iterator[Changes]:
        """One press of the button: everything that changes on the page, as it changes."""
        asked = {name: given[component] for name, component in self.controls.items()}
        try:
            request = DrawRequest.of(tuple(asked["models"]), asked)
        except EngineError as error:
            raise toast(error) from None
        yield from repeated(self._draw(request, asked["upload"], given, press=secrets.token_hex(4)))

    def _draw(
        self, request: DrawRequest, upload: str | None, given: Changes, press: str = ""
    ) -> Iterator[Changes]:
        """The lanes from the first frame to the last file, then the history; heard at once after a press."""
        try:
            drawing = open_drawing(request, upload, self.kind)
        except EngineError as error:
            raise toast(error) from None
        if given[self.running] is not None:
            given[self.running].replace()
        drawing.lanes[0].plays = press
        yield from self.fill(drawing.request, drawing.lanes, drawing.report)

    def fill(self, request: DrawRequest, lanes: tuple[LaneDraw, ...], note: str) -> Iterator[Changes]:
        """The lanes until all is there; then the draw is kept, and enters the history."""
        running = Running()
        yield {
            self.running: running,
            self.note: _note(note),
            self.stop: gr.update(interactive=True),
            **self.show(lanes),
            **dict.fromkeys(self.lanes[len(lanes) :], HIDDEN_LANE),
        }
        for changes in self.sample_lanes(lanes, running):
            if running.is_replaced:
                return
            yield changes
        values = [lane.value() for lane in lanes]
        self.kept.keep(request.link, values, note)
        yield {
            self.running: None,
            self.drawn: Drawn.of(request, values, note),
            self.history: finished(self.name, request, self.describe(request)),
            self.stop: gr.update(interactive=False),
        }

    def show(self, lanes: Iterable[LaneDraw]) -> Changes:
        """The lanes as they are now."""
        return {self.lanes[lane.lane]: lane.value() for lane in lanes}

    def describe(self, request: DrawRequest) -> str:
        """The draw in one line, for the history."""
        cards = [self.catalogue.cards[name] for name in request.models]
        cells = ", ".join(map(title, cards))
        begin = " after a beginning" if request.prime else ""
        length = f"{request.length:g} {self.unit}{' at most' if request.until_end else ''}"
        return f"{cells} on {corpus_words(cards[0])}: {length}{begin}, seed {request.seed}"


def _note(text: str) -> Any:
    return gr.update(value=html.escape(text), visible=bool(text))


def show_own(prime: str) -> Any:
    """Show the place for the visitor's own file, if that is chosen."""
    return gr.update(visible=prime == OWN)


def press_stop(running: Running | None) -> None:
    """End the draw that this visitor started last; what it has is kept."""
    if running is not None:
        running.stop()


def new_seed() -> int:
    """A random seed."""
    return secrets.randbelow(MAX_SEED + 1)
