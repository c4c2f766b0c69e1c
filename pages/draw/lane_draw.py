"""LaneDraw: one model's draw on its way into a lane; it lives as long as one request.

Conventions
    value    the dict that a Lane shows, see pages/parts/lane.py
"""

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from engine.checkpoints import Checkpoint, corpus_words, makeup, title
from engine.errors import EngineError
from engine.rendering import Performance, perform_midi, prepare_playback
from engine.sampling import EndWatch, RunawayWatch, SamplingOptions, stages
from engine.scoring import continuation_likelihood, surprise_of
from engine.sound import wav_bytes
from pages.draw.lane_sound import LaneSound
from pages.draw.request import DrawRequest
from pages.house import sentence, served_bytes
from pages.parts import picture_of

RAN_AWAY = (
    "This draw has swollen into noise: {notes} notes at once, where its corpus has at most {most}. It was "
    "stopped there; what it played is kept. Try another seed or another model."
)
CUT_OFF = "Cut off after {frames:,} frames, before its end"
AS_LONG_AS_ANY = "Cut off after {frames:,} frames, as long as any piece that it knows"
NO_ENDING = (
    "This model does not know when a piece ends: it was cut off after {frames} frames. "
    "`python -m training ending {name}` finds it out."
)


class LaneDraw:
    """The draw of one lane.

    Args:
        lane: 0 … 3.
        checkpoint: whose draw it is.
        request: what was asked for.
        prime: frames that are continued; may be empty.
    """

    def __init__(self, lane: int, checkpoint: Checkpoint, request: DrawRequest, prime: Tensor):
        self.lane = lane
        self.checkpoint = checkpoint
        self.request = request
        self.prime = prime
        self.frames = list(prime)
        self.num_frames = num_frames(checkpoint, request)
        semitones = checkpoint.card.corpus.played_semitones
        self.performance = Performance(request.tempo, request.program, semitones)
        options = SamplingOptions(self.num_frames, request.seed, request.temperature)
        self._source: Iterator[Tensor | None] = stages(checkpoint.model, options, prime)
        self.state = "sampling"
        self._failure = ""
        self._watch = RunawayWatch(checkpoint.card.corpus.most_notes)
        self._end_watch = _end_watch(checkpoint, request, prime)
        if self._end_watch is not None:
            self.num_frames = min(self.num_frames, checkpoint.card.ending.longest)
        stem = file_stem(request, checkpoint.card.name)
        self._sound = LaneSound(checkpoint.representation, self.performance, stem)
        self._extra: dict[str, Any] = {}
        self.is_given = False  # whether its frames are an earlier draw's, and no more will come
        self.plays = ""  # id of the press that asked for it, if it is to be heard as soon as there is sound

    @property
    def is_music(self) -> bool:
        """Whether frames are notes and not sound."""
        return self.checkpoint.representation.facts.holds_notes

    @property
    def is_whole(self) -> bool:
        """Whether all frames are there, or no more will come."""
        return bool(self._failure) or self._watch.has_run_away or self.is_given or self._is_complete

    @property
    def _is_complete(self) -> bool:
        """Whether the draw has come to its end."""
        return self._has_ended or len(self.frames) >= len(self.prime) + self.num_frames

    def extend(self, seconds: float, max_frames: int = 1_000_000) -> None:
        """Read the beginning and sample, for ``seconds`` or until ``max_frames`` more have come; one step at
        least."""
        until = time.monotonic() + seconds
        try:
            for frame in self._source:
                if frame is not None:
                    self.take(frame)
                    max_frames -= 1
                if max_frames <= 0 or self.is_whole or time.monotonic() > until:
                    return
        except EngineError as error:
            self._failure = sentence(error)

    def take(self, frame: Tensor) -> None:
        """Add one frame, which may turn out to be the last."""
        self.frames.append(frame)
        self._watch.see(frame)
        if self._end_watch is not None:
            self._end_watch.see(frame)
        if self._has_ended:
            self.num_frames = len(self.frames) - len(self.prime)

    @property
    def is_played(self) -> bool:
        """Whether all that is drawn so far is there as sound."""
        return self._sound.has_all(len(self.frames))

    @property
    def is_heard(self) -> bool:
        """Whether a first piece of its sound is there."""
        return bool(self._sound.value.get("pieces"))

    def play(self, more: float = math.inf, until: float = math.inf) -> None:
        """Make sound of what is drawn.

        Args:
            more: the most seconds to add; the step that reaches them is made whole.
            until: the most seconds that there may be then, in the same way.
        """
        self._sound.make(self.frames, min(until, self._sound.seconds + more))

    @property
    def _has_ended(self) -> bool:
        return self._end_watch is not None and self._end_watch.has_ended

    def finish(self) -> None:
        """Score what is there, play the rest of it, and write its files; a failure is shown."""
        self._source = iter(())
        if self._failure:
            self.state, self._extra = "error", {"message": self._failure}
            return
        self.state = "done" if self._is_complete and not self._watch.has_run_away else "stopped"
        if not self.frames:
            self._extra = {"message": "Stopped before the first frame."}
            return
        frames = torch.stack(self.frames)
        own = replace(self.request, models=(self.checkpoint.card.name,))
        self._extra = {"facts": self.facts(frames), "link": self.request.link, "own_link": own.link}
        if self._is_cut_off and self._end_watch is not None:
            is_longest = self.num_frames >= self.checkpoint.card.ending.longest
            self._extra["ending"] = (AS_LONG_AS_ANY if is_longest else CUT_OFF).format(frames=self.num_frames)
        try:
            self._render(frames, file_stem(self.request, self.checkpoint.card.name))
        except EngineError as error:
            self.state = "error"
            self._extra["message"] = sentence(error)

    def _render(self, frames: Tensor, stem: str) -> None:
        """Write the files, MIDI first: a piece that is too long to be played can still be downloaded."""
        downloads = self._extra["downloads"] = []
        if self.is_music:
            midi = perform_midi(frames, self.checkpoint.representation, self.performance)
            downloads.append({"label": "MIDI", "path": served_bytes(midi, f"{stem}.mid")})
        playback = prepare_playback(self._sound.finish(self.frames))
        wav = served_bytes(wav_bytes(playback.audio), f"{stem}.wav")
        downloads.append({"label": "WAV", "path": wav})
        self._extra |= {"message": " ".join([*self._messages(), *playback.messages])}

    def _messages(self) -> list[str]:
        """What to say of a draw that has run away, or that was to end though its model knows no endings."""
        if self._watch.has_run_away:
            return [RAN_AWAY.format(notes=int(self.frames[-1].sum()), most=self._watch.most_notes)]
        if self._is_cut_off and self._end_watch is None:
            return [NO_ENDING.format(frames=self.num_frames, name=self.checkpoint.card.name)]
        return []

    @property
    def _is_cut_off(self) -> bool:
        """Whether its end was asked for and did not come."""
        is_over = self._is_complete or self._watch.has_run_away
        return self.request.until_end and not self._has_ended and is_over

    def facts(self, frames: Tensor) -> list[list[str]]:
        """[label, text]: the model, its surprise at the draw and at the beginning if any, its height."""
        model, representation = self.checkpoint.model, self.checkpoint.representation
        facts, num_prime = representation.facts, len(self.prime)
        if facts.holds_notes:
            prime, draw = continuation_likelihood(model, frames, num_prime)
            scores, unit = (draw.nats_per_frame, prime.nats_per_frame), facts.unit
        else:
            bits = surprise_of(model, representation, frames).values
            scores = (float(bits[num_prime:].mean()), float(bits[:num_prime].mean()))
            unit = facts.figure_words
        labels = ("Its surprise at what it drew", "at the beginning it was given")
        card = self.checkpoint.card
        height = (
            [["Height", f"{card.corpus.transposition_words}, in MIDI files too"]]
            if card.corpus.transposition_words
            else []
        )
        surprise = [
            [label, f"{score:.2f} {unit}, lower is better"]
            for label, score in zip(labels, scores, strict=True)
            if not math.isnan(score)
        ]
        return [["Model", f"{card.name}: {makeup(card)}"], *surprise, *height]

    def value(self) -> dict[str, Any]:
        """What the lane shows now; see pages/parts/lane.py for its keys."""
        card = self.checkpoint.card
        request = self.request
        warmth = "" if request.temperature == 1 else f" · temperature {request.temperature:g}"
        shown = {
            "lane": self.lane,
            "title": title(card),
            "subtitle": f"{corpus_words(card)} · seed {request.seed}{warmth}",
            "state": self.state,
            "num_frames": len(self.prime) + self.num_frames,
            "frames_done": len(self.frames),
            "prime_frames": len(self.prime),
            "plays": self.plays,
            "semitones": self.performance.semitones,
            "goes_on": self.is_music,
        }
        picture = picture_of(self._frames(), self.checkpoint.representation, request.tempo)
        return {**shown, **picture, **self._sound.value, **self._extra}

    def _frames(self) -> Tensor:
        if self.frames:
            return torch.stack(self.frames)
        return self.prime.new_zeros(0, self.checkpoint.model.frame_size)


def _end_watch(checkpoint: Checkpoint, request: DrawRequest, prime: Tensor) -> EndWatch | None:
    """What listens for the end; None where no end is asked for, or the model knows none."""
    ending = checkpoint.card.ending
    if not request.until_end or ending is None:
        return None
    return EndWatch(ending, checkpoint.representation.lowest_pitch, request.seed, prime)


def num_frames(checkpoint: Checkpoint, request: DrawRequest) -> int:
    """Frames to sample: the length is in frames for music and in seconds for speech."""
    return max(1, round(request.length * checkpoint.representation.frames_per_unit))


def file_stem(request: DrawRequest, model: str) -> str:
    """The name of a draw's files: model, seed, and the temperature if it is not 1."""
    warm = "" if request.temperature == 1 else f"-temperature{request.temperature:g}"
    return f"{model}-seed{request.seed}{warm}"
