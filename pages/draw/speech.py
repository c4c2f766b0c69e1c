"""Speech: one to four models go on with a recording; hear it while it is sampled, take it home."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import torch
from gradio.components import Component

from engine.rendering import PlaybackStream
from engine.representations import Waveform
from engine.sound import wav_bytes
from pages.draw.first_draw import first_sound
from pages.draw.lane_draw import LaneDraw
from pages.draw.page import FIRST_SEED, DrawPage
from pages.draw.request import DrawRequest
from pages.house import LIGHT, LIMITS, MAX_SECONDS, OWN, PRIVACY, Changes, Running, has_ffmpeg
from pages.shared import Shared

PAUSE = "() => document.querySelector('#live audio')?.pause()"
FIRST_KEPT = 0.6  # most clips are in the middle of their word there; after the word comes silence
FIRST_SECONDS = 2.0  # that are added unless it is said otherwise
SECONDS_PER_CHUNK = 1.0  # of sound; shorter chunks would leave gaps in a stream


class SpeechPage(DrawPage):
    """The page of speech."""

    name = "speech"
    kind = Waveform.name
    picture = "wave"
    heading = "Let a network finish the sentence"
    promise = (
        "Give up to four networks the same beginning of a recording. Each invents what comes next with the "
        "same dice: the best ones sample after sample, those of the paper ten at a time."
    )
    nothing_yet = "There is no speech model in `checkpoints/` yet"
    button = "Continue"
    corpus_label = "Voices"
    own_label = "A recording of mine"
    unit = "s"

    def lay_out_controls(self, corpus: str) -> None:
        self.corpus_and_models(corpus)
        with gr.Row():
            self.beginning(corpus)
            lowest, highest = LIMITS["kept"]
            self.controls["kept"] = gr.Slider(
                lowest,
                highest,
                value=FIRST_KEPT,
                step=0.05,
                label="Share of it that is given",
                elem_id="kept",
            )
        prime, kept = self.controls["prime"], self.controls["kept"]
        prime.input(first_kept, prime, kept, **LIGHT)
        with gr.Row():
            self.controls["length"] = gr.Slider(
                LIMITS["length"][0],
                MAX_SECONDS,
                value=FIRST_SECONDS,
                step=0.1,
                label="Seconds to add",
                elem_id="length",
            )
            self.temperature()
            self.seed()
        with gr.Column(visible=False) as self.own:
            self.controls["upload"] = gr.Audio(
                sources=["upload", "microphone"],
                type="filepath",
                label="A recording to continue",
                elem_id="upload",
            )
            gr.Markdown(PRIVACY, elem_classes="earshot-note")

    def lay_out_sounds(self) -> list[Component]:
        self.stop.click(None, js=PAUSE)
        self.live = gr.Audio(
            label="Live: the lanes one after the other",
            streaming=True,
            autoplay=True,
            interactive=False,
            visible=has_ffmpeg(),
            elem_id="live",
            elem_classes="earshot-live",
            buttons=[],
        )
        return [self.live]

    def prime_choices(self, corpus: str) -> list[tuple[str, str]]:
        nothing, *given = super().prime_choices(corpus)
        return [*given, nothing]

    def welcome(self, folder: Path) -> dict[str, Any]:
        """What the button would draw, of the first model alone."""
        corpus = self.first_corpus
        prime = self.prime_choices(corpus)[0][1].replace(OWN, "")
        (name, *_) = (name for _, name in self.catalogue.models(corpus))
        kept = first_kept(prime) if prime else 1.0
        request = DrawRequest((name,), FIRST_SECONDS, FIRST_SEED, prime=prime, kept=kept)
        shown = first_sound(request, folder)
        return shown or {
            "kind": self.picture,
            "message": "Choose or record a beginning, then press Continue.",
        }

    def sample_lanes(self, lanes: tuple[LaneDraw, ...], running: Running, folder: Path) -> Iterator[Changes]:
        """One after the other, so that each can be heard while it is sampled."""
        for lane in lanes:
            for sound in sampled_sound(lane, running):
                yield {**self.show([lane]), **({self.live: sound} if has_ffmpeg() else {})}
            lane.finish(folder)
            yield self.show([lane])


def first_kept(prime: str) -> float:
    """How much of a beginning is given unless the visitor says otherwise: all of the visitor's own."""
    return 1.0 if prime == OWN else FIRST_KEPT


def sampled_sound(lane: LaneDraw, running: Running) -> Iterator[bytes]:
    """Sample a lane to its end, or to the stop; yields its sound in chunks, the prime first."""
    representation = lane.checkpoint.representation
    stream = PlaybackStream(representation.sample_rate)
    frames_per_chunk = round(SECONDS_PER_CHUNK * representation.frames_per_second)
    played = 0
    while running.goes_on and not lane.is_whole:
        lane.extend(seconds=60.0, max_frames=frames_per_chunk)
        chunk = representation.decode(torch.stack(lane.frames[played:]))
        played = len(lane.frames)
        yield wav_bytes(stream.push(chunk, is_last=lane.is_whole))


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks, with its events."""
    SpeechPage(shared.catalogues[SpeechPage.kind])
