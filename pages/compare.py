"""Compare page: sets up a blind listening test and sends the visitor to its first trial."""

from typing import Any

import gradio as gr

from engine import EngineError
from pages.catalogue import Catalogue
from pages.draw_page import HEAVY, LIGHT, first_names
from pages.excerpts import excerpts
from pages.listening_room import ListeningRoom, Wish
from pages.sentence import toast
from pages.surround import footer, hero
from pages.visitor import known_or_new, visitor_state

TASKS = [
    ("Which do you prefer? (A or B)", "preference"),
    ("Can you tell them apart? (ABX)", "abx"),
    ("Put them in order", "rank"),
    ("Real or model?", "real_or_model"),
]
HINTS = {
    "preference": "Two clips a trial, chosen among the models so that every pair is heard equally often.",
    "abx": "Choose exactly two. X is one of them; the number of trials is fixed before the start, so that "
    "the p-value holds.",
    "rank": "All of them in one trial, five at most.",
    "real_or_model": "One clip a trial: half of them are from the corpus.",
}
DEVICES = ["Headphones", "Loudspeakers", "A phone or a laptop", "Something else"]
TRIALS = {"preference": 10, "abx": 16, "rank": 4, "real_or_model": 10}
CONSENT = (
    "**What is kept:** a random id that stays in this browser, what you were played, what you answered, how "
    "long you listened and to what you listen with. No name, no address. You can delete all of it below at "
    "any time; where votes are copied to a dataset, its history keeps what was pushed before. By "
    "starting you agree."
)
GO_THERE = "(id) => { location.assign(`trial?id=${encodeURIComponent(id)}`); }"


def build(catalogue: Catalogue, room: ListeningRoom) -> None:
    """Lay the page out inside the current route."""
    hero("Compare", "Listen blind, and say what you hear: who made a clip is told after your answer.")
    with_excerpts = {each.corpus for each in excerpts()}
    corpora = [(words, name) for words, name in catalogue.corpora if name in with_excerpts]
    if not corpora:
        gr.Markdown("There is no model of a corpus with excerpts to begin with: fit one, then start again.")
        footer(catalogue.problems)
        return
    visitor = visitor_state()
    with gr.Group(elem_classes="earshot-card"):
        task = gr.Radio(TASKS, value="preference", label="Question", elem_id="task")
        hint = gr.Markdown(HINTS["preference"], elem_classes="earshot-note")
        models = catalogue.models(corpora[0][1])
        with gr.Row():
            corpus = gr.Dropdown(corpora, value=corpora[0][1], label="Corpus", elem_id="corpus", scale=1)
            chosen = gr.CheckboxGroup(
                models, value=first_names(models), label="Models", elem_id="models", scale=3
            )
        with gr.Row():
            real = gr.Checkbox(False, label="Hide the real excerpt among them", elem_id="real")
            anchor = gr.Checkbox(False, label="Hide a low anchor among them", elem_id="anchor")
        with gr.Row():
            trials = gr.Slider(
                1, 40, value=10, step=1, label="Trials, fixed before the start", elem_id="trials"
            )
            device = gr.Dropdown(DEVICES, value=DEVICES[0], label="You listen with", elem_id="device")
        gr.Markdown(CONSENT, elem_classes="earshot-note")
        with gr.Row(elem_classes="earshot-actions"):
            start = gr.Button("Start the test", variant="primary", elem_id="start")
            forget = gr.Button("Delete my votes", elem_id="forget")
    note = gr.Markdown(elem_id="compare-note", elem_classes="earshot-note")
    first_trial = gr.Textbox(visible="hidden", elem_id="first-trial")
    footer(catalogue.problems)

    def begin(kept: Any, *wishes: Any) -> tuple[str, str]:
        names = ("task", "models", "with_real", "with_anchor", "num_trials", "device")
        wish = dict(zip(names, wishes, strict=True))
        wish |= {"models": tuple(wish["models"]), "num_trials": int(wish["num_trials"])}
        listener = known_or_new(kept)
        try:
            return listener, room.start(Wish(**wish), listener)
        except EngineError as error:
            raise toast(error) from None

    def delete(kept: Any) -> str:
        try:
            count = room.forget(known_or_new(kept))
        except EngineError as error:
            raise toast(error) from None
        return f"{count} of your answers {'was' if count == 1 else 'were'} deleted."

    task.change(lambda name: (HINTS[name], TRIALS[name]), task, [hint, trials], **LIGHT)
    corpus.change(
        lambda name: gr.CheckboxGroup(
            catalogue.models(name), value=first_names(catalogue.models(name))
        ),
        corpus, chosen, **LIGHT,
    )  # fmt: skip
    start.click(
        begin, [visitor, task, chosen, real, anchor, trials, device], [visitor, first_trial], **HEAVY
    ).success(None, first_trial, None, js=GO_THERE)
    forget.click(delete, visitor, note, **LIGHT)
    gr.context.Context.root_block.load(known_or_new, visitor, visitor, **LIGHT)
