"""Play: sample piano rolls with one to four models, see them grow, hear them, take them home."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from engine import MAX_SEED, TEMPO_RANGE, EngineError
from pages.catalogue import Catalogue, loaded, title
from pages.draw_request import MAX_LANES, OWN_SOUND, PACKED, DrawRequest
from pages.drawing import draw, error_sentence, lane_updates, new_seed, open_lanes, press_stop, prime_frames
from pages.excerpts import excerpts_of
from pages.first_draw import first_view as first_draw
from pages.history import browser_history, history_html, with_draw
from pages.lane import Lane
from pages.surround import footer, hero

INSTRUMENTS = {
    "Grand piano": 0, "Electric piano": 4, "Harpsichord": 6, "Celesta": 8, "Vibraphone": 11, "Church organ": 19,
    "Accordion": 21, "Nylon guitar": 24, "Strings": 48, "Choir": 52, "Flute": 73,
}  # fmt: skip
PROMISE = (
    "Choose up to four models. Each goes on from the same beginning with the same dice, so that where they "
    "differ, it is the model that differs."
)
FIRST_SEED = 7


def build(catalogue: Catalogue) -> None:
    """Lay the page out inside the current Blocks, with its events."""
    hero("Hear what a network has learned", PROMISE)
    corpora = catalogue.corpora
    if not corpora:
        gr.Markdown("There is no music model in `checkpoints/` yet: fit one with `python -m training fit`.")
        footer(catalogue.problems)
        return
    corpus = next((name for _, name in corpora if name == "jsb_chorales"), corpora[0][1])
    controls = _controls(catalogue, corpus)
    note = gr.Markdown(visible=False, elem_classes="earshot-note")
    lanes = [Lane(elem_id=f"lane-{lane}", visible=lane == 0) for lane in range(MAX_LANES)]
    history = browser_history("play")
    past = gr.HTML(apply_default_css=False)
    footer(catalogue.problems)
    _connect(catalogue, controls, (note, history, past, lanes))


def _controls(catalogue: Catalogue, corpus: str) -> dict[str, Any]:
    models = catalogue.models(corpus)
    chosen = [name for _, name in models][:3]
    with gr.Group(elem_classes="earshot-card"):
        with gr.Row():
            corpus_box = gr.Dropdown(catalogue.corpora, value=corpus, label="Corpus", elem_id="corpus", scale=1)
            model_box = gr.CheckboxGroup(
                models, value=chosen, label="Models, with nats per frame on the test split", elem_id="models", scale=2
            )
        with gr.Row():
            prime = gr.Dropdown(prime_choices(corpus), value="", label="Beginning", elem_id="prime")
            length = gr.Slider(16, 512, value=128, step=16, label="Length in frames", elem_id="length")
            temperature = gr.Slider(0.2, 2.0, value=1.0, step=0.05, label="Temperature", elem_id="temperature")
        upload = gr.File(
            label="A MIDI file to continue", file_types=[".mid", ".midi", ".MID", ".MIDI"], visible=False, elem_id="upload"
        )
        with gr.Row():
            lowest, highest = 40, min(240, int(TEMPO_RANGE[1]))
            tempo = gr.Slider(lowest, highest, value=100, step=2, label="Tempo, quarters a minute", elem_id="tempo")
            program = gr.Dropdown(list(INSTRUMENTS.items()), value=0, label="Instrument", elem_id="instrument")
            seed = gr.Number(FIRST_SEED, label="Seed", precision=0, minimum=0, maximum=MAX_SEED, elem_id="seed")
        with gr.Row(elem_classes="earshot-actions"):
            sample = gr.Button("Sample", variant="primary", elem_id="sample")
            dice = gr.Button("New seed", elem_id="dice")
            stop = gr.Button("Stop", elem_id="stop")
    return {
        "corpus": corpus_box, "models": model_box, "prime": prime, "upload": upload, "length": length,
        "temperature": temperature, "tempo": tempo, "program": program, "seed": seed,
        "sample": sample, "dice": dice, "stop": stop,
    }  # fmt: skip


def _connect(catalogue: Catalogue, controls: dict[str, Any], parts: tuple[Any, ...]) -> None:
    note, history, past, lanes = parts
    page = gr.context.Context.root_block  # the Blocks that is being laid out, whose load is this page's
    running = gr.State(None)
    asked = [controls[key] for key in ("models", "length", "seed", "temperature", "tempo", "program", "prime", "upload")]
    shown = [running, note, history, past, *lanes]
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    heavy = {**quiet, "concurrency_id": "sample", "concurrency_limit": 2}
    controls["sample"].click(press, [*asked, history], shown, **heavy)
    controls["dice"].click(new_seed, None, controls["seed"], **quiet).then(press, [*asked, history], shown, **heavy)
    controls["stop"].click(press_stop, running, None, queue=False, **quiet)
    controls["corpus"].input(
        lambda corpus: choose_corpus(catalogue, corpus), controls["corpus"], [controls["models"], controls["prime"]], **quiet
    )
    controls["prime"].change(
        lambda prime: gr.update(visible=prime == OWN_SOUND), controls["prime"], controls["upload"], **quiet
    )
    linked = [controls[key] for key in ("corpus", "models", "length", "seed", "temperature", "tempo", "program", "prime")]

    def fill(visit: gr.Request) -> list[Any]:
        return follow_link(catalogue, visit)

    filled = page.load(fill, None, linked, **quiet)
    filled.then(first_view, history, shown, **heavy)


def prime_choices(corpus: str) -> list[tuple[str, str]]:
    """(label, value) of what a draw may begin with."""
    shipped = [(excerpt.title, excerpt.name) for excerpt in excerpts_of(corpus, ".mid")]
    return [("Nothing: the model begins", ""), *shipped, ("A MIDI file of mine", OWN_SOUND)]


def choose_corpus(catalogue: Catalogue, corpus: str) -> tuple[Any, Any]:
    """Another corpus has other models and other beginnings."""
    models = catalogue.models(corpus)
    first = [name for _, name in models][:3]
    return gr.update(choices=models, value=first), gr.update(choices=prime_choices(corpus), value="")


def press(
    models: list[str], length: float, seed: float, temperature: float, tempo: float, program: int, prime: str,
    upload: str | None, history: Any,
) -> Iterator[list[Any]]:  # fmt: skip
    """One press of the button: everything that changes on the page, as it changes."""
    try:
        numbers = (float(length), int(seed or 0), float(temperature), float(tempo), int(program))
        request = DrawRequest(tuple(models), *numbers, prime)
        yield from run(request, upload, history)
    except EngineError as error:
        raise gr.Error(error_sentence(error), print_exception=False) from None


def run(request: DrawRequest, upload: str | None, history: Any) -> Iterator[list[Any]]:
    """Stop signal, note, history and lanes of a request, from the first frame to the last file."""
    frames, prime, report = prime_frames(request.prime, upload, loaded(request.models[0]))
    request = replace(request, prime=prime)
    lanes = open_lanes(request, frames)
    stop = threading.Event()
    for number, views in enumerate(draw(lanes, stop)):
        first = [stop, gr.update(value=report, visible=bool(report))] if number == 0 else [gr.skip(), gr.skip()]
        yield [*first, gr.skip(), gr.skip(), *lane_updates(views, len(lanes))]
    entries = with_draw(history, request, describe(request))
    yield [None, gr.skip(), entries, history_html(entries), *[gr.skip()] * MAX_LANES]


def describe(request: DrawRequest) -> str:
    """One line for the history."""
    cards = [loaded(name).card for name in request.models]
    cells = ", ".join(title(card).split(" ·")[0] for card in cards)
    begin = " after a beginning" if request.prime else ""
    return f"{cells} on {cards[0].corpus.title}: {request.length:g} frames{begin}, seed {request.seed}"


def follow_link(catalogue: Catalogue, visit: gr.Request) -> list[Any]:
    """The controls as the address asks for; unchanged where it asks for nothing."""
    try:
        request = DrawRequest.from_query(visit.query_params)
    except EngineError as error:
        gr.Warning(error_sentence(error))
        request = None
    if request is None or request.models[0] not in catalogue.cards:
        return [gr.skip()] * 8
    corpus = catalogue.cards[request.models[0]].corpus.name
    choices = prime_choices(corpus)
    if request.prime.startswith(PACKED):
        choices.append(("The beginning in this link", request.prime))
    return [
        corpus,
        gr.update(choices=catalogue.models(corpus), value=list(request.models)),
        *(request.length, request.seed, request.temperature, request.tempo, request.program),
        gr.update(choices=choices, value=request.prime),
    ]


def first_view(history: Any, visit: gr.Request) -> Iterator[list[Any]]:
    """What a visitor finds: the draw that the address asks for, else a shipped one, ready to play."""
    try:
        request = DrawRequest.from_query(visit.query_params)
        if request is not None:
            yield from run(request, None, history)
            return
    except EngineError as error:
        gr.Warning(error_sentence(error))
    with TemporaryDirectory(prefix="earshot-") as folder:
        shipped = first_draw(Path(folder))
        views = {} if shipped is None else {0: shipped}
        yield [None, gr.skip(), gr.skip(), history_html(history), *lane_updates(views, 1)]
