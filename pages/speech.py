"""Speech: one to four models go on with a recording; hear it while it is sampled, take it home."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
import torch

from engine import MAX_SEED, EngineError, PlaybackStream, wav_bytes
from pages.catalogue import Catalogue, loaded, title
from pages.draw_request import MAX_LANES, MAX_SECONDS, OWN_SOUND, DrawRequest
from pages.drawing import error_sentence, lane_updates, new_seed, open_lanes, press_stop, prime_frames
from pages.excerpts import excerpts_of
from pages.history import browser_history, history_html, with_draw
from pages.lane import Lane
from pages.lane_draw import LaneDraw
from pages.surround import footer, has_ffmpeg, hero

PROMISE = (
    "Give up to four networks the same beginning of a recording. Each invents what comes next, ten samples at a "
    "time, with the same dice. Networks this small have learned how a voice sounds, not how to say words."
)
PRIVACY = (
    "A recording goes to the computer that runs this page and nowhere else. It is used for your draw alone and "
    "deleted within two hours."
)
SECONDS_PER_CHUNK = 1.0  # of sound; shorter chunks would leave gaps in a stream
MAX_PRIME_SECONDS = 10.0
FIRST_SEED = 7


def build(catalogue: Catalogue) -> None:
    """Lay the page out inside the current Blocks, with its events."""
    hero("Let a network finish the sentence", PROMISE)
    if not catalogue.corpora:
        gr.Markdown("There is no speech model in `checkpoints/` yet: fit one with `python -m training fit`.")
        footer(catalogue.problems)
        return
    controls = _controls(catalogue, catalogue.corpora[0][1])
    note = gr.Markdown(visible=False, elem_classes="earshot-note")
    live = gr.Audio(
        label="Live: the lanes one after the other", streaming=True, autoplay=True, interactive=False,
        visible=has_ffmpeg(), elem_id="live", elem_classes="earshot-live", buttons=[],
    )  # fmt: skip
    invitation = {"kind": "wave", "message": "Choose or record a beginning, then press Continue."}
    lanes = [Lane(invitation, elem_id=f"lane-{lane}", visible=lane == 0) for lane in range(MAX_LANES)]
    history = browser_history("speech")
    past = gr.HTML(apply_default_css=False)
    footer(catalogue.problems)
    _connect(catalogue, controls, [note, live, history, past, *lanes])


def _controls(catalogue: Catalogue, corpus: str) -> dict[str, Any]:
    models = catalogue.models(corpus)
    begin = prime_choices(corpus)
    with gr.Group(elem_classes="earshot-card"):
        with gr.Row():
            corpus_box = gr.Dropdown(catalogue.corpora, value=corpus, label="Corpus", elem_id="corpus", scale=1)
            model_box = gr.CheckboxGroup(
                models, value=[name for _, name in models][:3], label="Models, with nats per step on the test split",
                elem_id="models", scale=2,
            )  # fmt: skip
        with gr.Row():
            prime = gr.Dropdown(begin, value=begin[0][1], label="Beginning", elem_id="prime")
            length = gr.Slider(0.5, MAX_SECONDS, value=2.0, step=0.5, label="Seconds to add", elem_id="length")
            temperature = gr.Slider(0.2, 2.0, value=1.0, step=0.05, label="Temperature", elem_id="temperature")
            seed = gr.Number(FIRST_SEED, label="Seed", precision=0, minimum=0, maximum=MAX_SEED, elem_id="seed")
        with gr.Column(visible=False) as own:
            upload = gr.Audio(
                sources=["microphone", "upload"], type="filepath", label="A recording to continue", elem_id="upload"
            )
            gr.Markdown(PRIVACY, elem_classes="earshot-note")
        with gr.Row(elem_classes="earshot-actions"):
            sample = gr.Button("Continue", variant="primary", elem_id="sample")
            dice = gr.Button("New seed", elem_id="dice")
            stop = gr.Button("Stop", elem_id="stop")
    return {
        "corpus": corpus_box, "models": model_box, "prime": prime, "own": own, "upload": upload, "length": length,
        "temperature": temperature, "seed": seed, "sample": sample, "dice": dice, "stop": stop,
    }  # fmt: skip


def _connect(catalogue: Catalogue, controls: dict[str, Any], parts: list[Any]) -> None:
    page = gr.context.Context.root_block  # the Blocks that is being laid out, whose load is this page's
    running = gr.State(None)
    history = parts[2]
    asked = [controls[key] for key in ("models", "length", "seed", "temperature", "prime", "upload")]
    shown = [running, *parts]
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    heavy = {**quiet, "concurrency_id": "sample", "concurrency_limit": 2}
    controls["sample"].click(press, [*asked, history], shown, **heavy)
    controls["dice"].click(new_seed, None, controls["seed"], **quiet).then(press, [*asked, history], shown, **heavy)
    controls["stop"].click(press_stop, running, None, queue=False, **quiet)
    controls["corpus"].input(
        lambda corpus: choose_corpus(catalogue, corpus), controls["corpus"], [controls["models"], controls["prime"]], **quiet
    )
    controls["prime"].change(
        lambda prime: gr.update(visible=prime == OWN_SOUND), controls["prime"], controls["own"], **quiet
    )
    linked = [controls[key] for key in ("corpus", "models", "length", "seed", "temperature", "prime")]

    def fill(visit: gr.Request) -> list[Any]:
        return follow_link(catalogue, visit)

    page.load(fill, None, linked, **quiet).then(first_view, history, shown, **heavy)


def prime_choices(corpus: str) -> list[tuple[str, str]]:
    """(label, value) of what a draw may begin with."""
    shipped = [(excerpt.title, excerpt.name) for excerpt in excerpts_of(corpus, ".wav")]
    return [*shipped, ("A recording of mine", OWN_SOUND), ("Nothing: the model begins", "")]


def choose_corpus(catalogue: Catalogue, corpus: str) -> tuple[Any, Any]:
    """Another corpus has other models and other beginnings."""
    models, begin = catalogue.models(corpus), prime_choices(corpus)
    first = [name for _, name in models][:3]
    return gr.update(choices=models, value=first), gr.update(choices=begin, value=begin[0][1])


def press(
    models: list[str], length: float, seed: float, temperature: float, prime: str, upload: str | None, history: Any
) -> Iterator[list[Any]]:
    """One press of the button: everything that changes on the page, as it changes."""
    try:
        seconds = min(float(length), MAX_SECONDS)
        request = DrawRequest(tuple(models), seconds, int(seed or 0), float(temperature), prime=prime)
        yield from run(request, upload, history)
    except EngineError as error:
        raise gr.Error(error_sentence(error), print_exception=False) from None


def run(request: DrawRequest, upload: str | None, history: Any) -> Iterator[list[Any]]:
    """Stop signal, note, live sound, history and lanes of a request, lane after lane."""
    frames, prime, report = prime_frames(request.prime, upload, loaded(request.models[0]))
    frames, cut = shortened(frames, loaded(request.models[0]).representation)
    request = replace(request, prime=prime)
    lanes = open_lanes(request, frames)
    stop = threading.Event()
    note = " ".join(part for part in (report, cut) if part)
    views = lane_updates({lane.lane: lane.value() for lane in lanes}, len(lanes))
    yield [stop, gr.update(value=note, visible=bool(note)), gr.skip(), gr.skip(), gr.skip(), *views]
    with TemporaryDirectory(prefix="earshot-") as folder:
        for lane in lanes:
            for sound in sampled_sound(lane, stop):
                views = lane_updates({lane.lane: lane.value()}, len(lanes))
                yield [gr.skip(), gr.skip(), sound, gr.skip(), gr.skip(), *views]
            lane.finish(Path(folder))
            views = lane_updates({lane.lane: lane.value()}, len(lanes))
            yield [gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip(), *views]
    entries = with_draw(history, request, describe(request))
    yield [None, gr.skip(), gr.skip(), entries, history_html(entries), *[gr.skip()] * MAX_LANES]


def shortened(frames: torch.Tensor, representation: Any) -> tuple[torch.Tensor, str]:
    """The last seconds of a long prime, and a sentence that says so."""
    most = round(MAX_PRIME_SECONDS * representation.frames_per_second)
    if len(frames) <= most:
        return frames, ""
    return frames[-most:], f"Only the last {MAX_PRIME_SECONDS:g} seconds of the recording are continued."


def sampled_sound(lane: LaneDraw, stop: threading.Event) -> Iterator[Any]:
    """Sample a lane to its end, or to the stop; yields its sound in chunks, the prime first.

    Without ffmpeg nothing can be streamed, and "no change" is yielded where there would be a chunk.
    """
    representation = lane.checkpoint.representation
    stream = PlaybackStream(representation.sample_rate)
    frames_per_chunk = round(SECONDS_PER_CHUNK * representation.frames_per_second)
    played = 0
    while not lane.is_whole and not stop.is_set():
        lane.extend(seconds=60.0, max_frames=frames_per_chunk)
        chunk = representation.decode(torch.stack(lane.frames[played:]))
        played = len(lane.frames)
        sound = stream.push(chunk, is_last=lane.is_whole)
        yield wav_bytes(sound) if has_ffmpeg() else gr.skip()


def describe(request: DrawRequest) -> str:
    """One line for the history."""
    cards = [loaded(name).card for name in request.models]
    cells = ", ".join(title(card).split(" ·")[0] for card in cards)
    return f"{cells} on {cards[0].corpus.title}: {request.length:g} s, seed {request.seed}"


def follow_link(catalogue: Catalogue, visit: gr.Request) -> list[Any]:
    """The controls as the address asks for; unchanged where it asks for nothing."""
    try:
        request = DrawRequest.from_query(visit.query_params)
    except EngineError as error:
        gr.Warning(error_sentence(error))
        request = None
    if request is None or request.models[0] not in catalogue.cards:
        return [gr.skip()] * 6
    corpus = catalogue.cards[request.models[0]].corpus.name
    return [
        corpus,
        gr.update(choices=catalogue.models(corpus), value=list(request.models)),
        *(min(request.length, MAX_SECONDS), request.seed, request.temperature),
        gr.update(choices=prime_choices(corpus), value=request.prime),
    ]


def first_view(history: Any, visit: gr.Request) -> Iterator[list[Any]]:
    """What a visitor finds: the draw that the address asks for, else an invitation."""
    try:
        request = DrawRequest.from_query(visit.query_params)
        if request is not None:
            yield from run(replace(request, length=min(request.length, MAX_SECONDS)), None, history)
            return
    except EngineError as error:
        gr.Warning(error_sentence(error))
    yield [None, gr.skip(), gr.skip(), gr.skip(), history_html(history), *[gr.skip()] * MAX_LANES]
