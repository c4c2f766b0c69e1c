"""Compare page: sets up a blind listening test and sends the visitor to its first trial."""

import secrets
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from engine.checkpoints import is_best, is_published_cell
from engine.errors import EngineError
from engine.listening import TASKS
from engine.pieces import excerpts
from pages.bounds import address_of
from pages.house import (
    LIGHT_WORK,
    TRIAL_WORK,
    Catalogue,
    Visitors,
    first_names,
    footer,
    hero,
    joined,
    number,
    queue_place,
    rendered,
    sentence,
    this_page,
    toast,
    told_at,
    visitor_state,
)
from pages.listen.listening_room import ListeningRoom
from pages.listen.volume.volume_check import VolumeCheck, check_sound
from pages.listen.wish import Wish
from pages.parts import NOT_VOTED, VoteFiles, vote_file
from pages.shared import Shared

DEVICES = ["Headphones", "Loudspeakers", "A phone or a laptop", "Something else"]
CONSENT = (
    "**What is kept:** a random id that stays in this browser, what you were played, what you answered, how "
    "long you listened and with what. No name, no address. You can take all of it home or delete it below at "
    "any time; where votes are copied to a dataset, its history keeps what was pushed before. By starting "
    "you agree."
)
DUEL = (
    "**Which of two do you like better?** Five pairs of one kind of music, about three minutes. After each "
    "answer you are told who made them."
)
LEFT_TEST_TEMPLATE = Path(__file__).with_name("left_test.html.jinja")
NUM_DUELS = 5
GO_THERE = "(id) => { location.assign(`trial?id=${encodeURIComponent(id)}`); }"


class ComparePage:
    """The form of a test, laid out inside the current route.

    Args:
        catalogue: all models, of music and of speech.
        room: where tests are set up and answered.
        visitors: knows visitors who come again.
        corpora: (title, name) of each corpus that has excerpts to begin with.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        room: ListeningRoom,
        visitors: Visitors,
        corpora: list[tuple[str, str]],
    ):
        self.catalogue = catalogue
        self.room = room
        self.visitors = visitors
        self._sounds: dict[str, bytes] = {}  # corpus -> what its volume check plays
        self.visitor = visitor_state()
        self.corpora = [name for _, name in corpora]
        with gr.Group(elem_classes="earshot-card"):
            self.left = gr.HTML(visible=False, elem_id="left", elem_classes="earshot-note earshot-lead")
            gr.Markdown(DUEL, elem_classes="earshot-note earshot-lead")
            with gr.Row(elem_classes="earshot-actions"):
                self.duel = gr.Button("Start listening", variant="primary", elem_id="duel")
            gr.Markdown(CONSENT, elem_classes="earshot-note")
            with gr.Accordion("Set up a test", open=False, elem_id="more", elem_classes="earshot-more"):
                self._lay_out_test(corpora)
        with gr.Row(elem_classes="earshot-own"):
            self.own = VoteFiles("Download my votes", elem_id="own-votes")
            self.forget = gr.Button("Delete my votes", elem_id="forget", scale=0)
        with gr.Row(visible=False, elem_id="forget-question") as self.sure:
            gr.Markdown("Delete all your answers? They cannot be brought back.", elem_classes="earshot-note")
            self.forget_now = gr.Button("Delete them", variant="stop", elem_id="forget-now", scale=0)
            self.forget_not = gr.Button("Keep them", elem_id="forget-not", scale=0)
        self.note = gr.Markdown(elem_id="compare-note", elem_classes="earshot-note")
        self.queue = queue_place()
        self.first_trial = gr.Textbox(visible="hidden", elem_id="first-trial")
        self._connect()

    def _lay_out_test(self, corpora: list[tuple[str, str]]) -> None:
        first, *_ = TASKS.values()
        questions = [(task.label, task.name) for task in TASKS.values()]
        self.task = gr.Radio(questions, value=first.name, label="Question", elem_id="task")
        self.hint = gr.Markdown(first.hint, elem_classes="earshot-note")
        self._lay_out_choices(corpora)
        self.volume = VolumeCheck(elem_id="volume")
        with gr.Row(elem_classes="earshot-actions"):
            self.start = gr.Button("Start the test", elem_id="start")

    def arrive(self, kept: Any) -> tuple[str, Any]:
        """The visitor's id, and a link back into the test that they left, if any."""
        known = self.visitors.known_or_new(kept)
        try:
            trial = self.room.left(self.visitors.listener(known))
        except EngineError:  # a visitor who begins a test is told that the store cannot be used
            trial = None
        if trial is None:
            return known, gr.update(visible=False)
        return known, gr.update(value=rendered(LEFT_TEST_TEMPLATE, trial=trial), visible=True)

    def begin_duel(self, request: gr.Request, kept: Any) -> tuple[str, str]:
        """Begin the shortest test: pairs of models of a corpus drawn at random, music where there is some."""
        task = next(iter(TASKS.values()))
        music = [name for name in self.corpora if self.catalogue.cards_of(name)[0].facts.holds_notes]
        cards = self.catalogue.cards_of(secrets.choice(music or self.corpora))
        ours = [card for card in cards if is_best(card) or is_published_cell(card)]
        names = [card.name for card in (ours if len(ours) > 1 else cards)][: task.num_sources[1]]
        return self.begin(request, kept, task.name, names, False, False, NUM_DUELS, "")

    def begin(self, request: gr.Request, kept: Any, *wishes: Any) -> tuple[str, str]:
        """Set the test up; returns the visitor's id and that of the first trial."""
        names = ("task", "models", "with_real", "with_anchor", "num_trials", "device")
        wish = dict(zip(names, wishes, strict=True))
        wish |= {"models": tuple(wish["models"])}
        if not TASKS[wish["task"]].hides_references:  # the form does not offer them then
            wish |= {"with_real": False, "with_anchor": False}
        known = self.visitors.known_or_new(kept)
        try:
            wish |= {"num_trials": number("trials", wish["num_trials"], int)}
            listener = self.visitors.listener(known)
            return known, self.room.start(Wish(**wish), listener, address_of(request))
        except EngineError as error:
            raise toast(error) from None

    def delete(self, kept: Any) -> list[Any]:
        """Delete the visitor's answers; say how many, and hide the question and the way back into a test."""
        try:
            count = self.room.forget(self.visitors.listener(kept))
        except EngineError as error:
            raise toast(error) from None
        told = f"{count} of your answers {'was' if count == 1 else 'were'} deleted."
        return [told, gr.update(visible=False), gr.update(visible=False)]

    def models_of(self, corpus: str, task: str) -> gr.CheckboxGroup:
        """The choice of the models that can be compared, with as many ticked as the task allows."""
        models = self.catalogue.models(corpus)
        return gr.CheckboxGroup(models, value=first_names(models)[: TASKS[task].num_sources[1]])

    def question(self, task: str, models: list[str]) -> list[Any]:
        """What the form says and offers for a task: hint, number of trials, models, references."""
        chosen = TASKS[task]
        references = gr.update(visible=chosen.hides_references)
        most_models = chosen.num_sources[1]
        return [chosen.hint, chosen.num_trials, models[:most_models], references, references]

    def check_volume(self, corpus: str) -> dict[str, Any]:
        """A sound of the corpus, as loud as the clips of a test."""
        try:
            if corpus not in self._sounds:  # the same for every visitor
                self._sounds[corpus] = check_sound(self.room.model(self.catalogue.models(corpus)[0][1]))
            return {"sound": self._sounds[corpus]}
        except EngineError as error:
            return {"message": sentence(error)}

    def own_votes(self, kept: Any, event: gr.EventData) -> dict[str, Any]:
        """The visitor's own votes as a file."""
        rows = partial(self.room.own_rows, self.visitors.listener(kept))
        return vote_file(rows, "earshot-my-votes", NOT_VOTED, event)

    def _lay_out_choices(self, corpora: list[tuple[str, str]]) -> None:
        models = self.catalogue.models(corpora[0][1])
        with gr.Row():
            self.corpus = gr.Dropdown(
                corpora,
                value=corpora[0][1],
                label="Music or voices",
                elem_id="corpus",
                scale=1,
                filterable=False,
            )
            self.models = gr.CheckboxGroup(
                models,
                value=first_names(models),
                label="Models",
                elem_id="models",
                scale=3,
            )
        with gr.Row():
            self.real = gr.Checkbox(False, label="Hide the real excerpt among them", elem_id="real")
            self.anchor = gr.Checkbox(False, label="Hide a scrambled version among them", elem_id="anchor")
        with gr.Row():
            self.trials = gr.Slider(
                1, 40, value=10, step=1, label="Trials, fixed before the start", elem_id="trials"
            )
            self.device = gr.Dropdown(
                DEVICES, value=DEVICES[0], label="You listen with", elem_id="device", filterable=False
            )

    def _connect(self) -> None:
        wishes = [self.task, self.models, self.real, self.anchor, self.trials, self.device]
        outputs = [self.visitor, self.first_trial]
        offered = [self.hint, self.trials, self.models, self.real, self.anchor]
        self.task.change(self.question, [self.task, self.models], offered, **LIGHT_WORK)
        self.corpus.change(self.models_of, [self.corpus, self.task], self.models, **LIGHT_WORK)
        self.volume.ask(self.check_volume, self.corpus, self.volume, **LIGHT_WORK)
        self.own.ask(self.own_votes, self.visitor, self.own, **LIGHT_WORK)
        short = {**TRIAL_WORK, **told_at(self.queue)}
        begun = self.start.click(self.begin, [self.visitor, *wishes], outputs, **short)
        duel = self.duel.click(self.begin_duel, self.visitor, outputs, **short)
        for started in (begun, duel):
            started.success(None, self.first_trial, None, js=GO_THERE)
        self.forget.click(partial(gr.update, visible=True), None, self.sure, **LIGHT_WORK)
        self.forget_not.click(partial(gr.update, visible=False), None, self.sure, **LIGHT_WORK)
        self.forget_now.click(self.delete, self.visitor, [self.note, self.sure, self.left], **LIGHT_WORK)
        this_page().load(self.arrive, self.visitor, [self.visitor, self.left], **LIGHT_WORK)


def build(shared: Shared) -> None:
    """Lay the page out inside the current route."""
    catalogue = joined(shared.catalogues.values())
    hero("Compare", "Listen blind, and say what you hear: after each answer you are told who made the clips.")
    with_excerpts = {excerpt.corpus for excerpt in excerpts()}
    corpora = [(words, name) for words, name in catalogue.corpora if name in with_excerpts]
    if corpora:
        ComparePage(catalogue, shared.room, shared.visitors, corpora)
    else:
        gr.Markdown("There is no model of a corpus with excerpts to begin with: fit one, then start again.")
    footer(catalogue.problems)
