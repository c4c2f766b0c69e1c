"""Speech: one to four models go on with a recording; hear it while it is sampled, download it."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from engine.representations import Waveform
from pages.draw.first_draw import first_sound
from pages.draw.lane_draw import LaneDraw
from pages.draw.page import DrawPage
from pages.draw.request import DrawRequest
from pages.house import LIGHT_WORK, LIMITS, MAX_DRAWN_SECONDS, OWN, PRIVACY, Changes, Running
from pages.shared import Shared

FIRST_KEPT = 0.6  # share of a clip; most are in the middle of their word there, and silence follows the word
FIRST_SECONDS = 4.0  # that are added unless the visitor asks for others
WELCOME_SEED = 0  # of forty, the one with the most to hear; to be chosen anew when the first model changes
SOUND_SECONDS_PER_VIEW = 0.5  # of sound, between two updates of the page


class SpeechPage(DrawPage):
    """The page Speech: sound."""

    name = "speech"
    kind = Waveform.name
    picture = "wave"
    heading = "Let a network finish the sentence"
    promise = (
        "Give up to four networks the same beginning of a recording. Each invents what comes next: the large "
        "ones thousands of times a second, the small ones of 2014 ten samples at a time."
    )
    nothing_yet = "There is no speech model in `checkpoints/` yet"
    button = "Continue"
    corpus_label = "Voices"
    own_label = "A recording of mine"
    unit = "s"

    def lay_out_own(self) -> None:
        self.controls["upload"] = gr.Audio(
            sources=["upload", "microphone"],
            type="filepath",
            label="A recording to continue",
            elem_id="upload",
        )
        gr.Markdown(PRIVACY, elem_classes="earshot-note")

    def lay_out_more(self, corpus: str) -> None:
        self.models(corpus)
        with gr.Row():
            lowest, highest = LIMITS["kept"]
            self.controls["kept"] = gr.Slider(
                lowest,
                highest,
                value=FIRST_KEPT,
                step=0.05,
                label="How much of the beginning they hear",
                elem_id="kept",
            )
            self.controls["length"] = gr.Slider(
                LIMITS["length"][0],
                MAX_DRAWN_SECONDS,
                value=FIRST_SECONDS,
                step=0.1,
                label="Seconds to add",
                elem_id="length",
            )
            self.temperature()
            self.seed()
        prime, kept = self.controls["prime"], self.controls["kept"]
        prime.input(first_kept, prime, kept, **LIGHT_WORK)

    def prime_choices(self, corpus: str) -> list[tuple[str, str]]:
        nothing, *given = super().prime_choices(corpus)
        return [*given, nothing]

    def welcome(self) -> dict[str, Any]:
        """A draw of the first model alone."""
        corpus = self.first_corpus
        prime = self.prime_choices(corpus)[0][1].replace(OWN, "")
        (name, *_) = (name for _, name in self.catalogue.models(corpus))
        kept = first_kept(prime) if prime else 1.0
        request = DrawRequest((name,), FIRST_SECONDS, WELCOME_SEED, prime=prime, kept=kept)
        shown = first_sound(request)
        return shown or {
            "kind": self.picture,
            "message": "Choose or record a beginning, then press Continue.",
        }

    def sample_lanes(self, lanes: tuple[LaneDraw, ...], running: Running) -> Iterator[Changes]:
        """One after the other, so that each can be heard while it is sampled."""
        for lane in lanes:
            frames = round(SOUND_SECONDS_PER_VIEW * lane.checkpoint.representation.frames_per_second)
            while running.goes_on and not lane.is_whole:
                lane.extend(seconds=60.0, max_frames=frames)
                lane.play()
                yield self.show([lane])
            lane.finish()
            yield self.show([lane])


def first_kept(prime: str) -> float:
    """The share of a beginning that the models are given at first: all of a visitor's own recording."""
    return 1.0 if prime == OWN else FIRST_KEPT


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks, with its events."""
    SpeechPage(shared.catalogues[SpeechPage.kind])
