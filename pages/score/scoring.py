"""Scoring: one file on its way through every model of its kind, one slice of time after another.

Conventions
    piece   the file as frames of one representation; models of that representation share it
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.checkpoints import Card
from engine.errors import CheckpointError, EngineError, UnreadableFileError
from engine.pieces import Piece, read_piece
from engine.rendering import Performance, perform, prepare_playback
from engine.representations import Representation
from engine.scoring import Expectation, Judgement, Judging, ScoredFile, expect, ranked
from pages.house import Running, loaded
from pages.parts import pieces_of

MAX_SCORED_QUARTERS = 512  # 128 bars of 4/4: the largest models take about a minute for them
MAX_SCORED_SECONDS = 30.0  # of sound
MAX_SILENT_SECONDS = 90.0  # of silence before the sound, which are skipped
MODELS_AT_ONCE = 2  # models that read side by side, each on a core of its own where there are two


class Scoring:
    """A file, and what the models think of it so far.

    Args:
        file: the uploaded or shipped file.
        title: what it is called on the page.
        cards: the models, all of one kind.
        performance: how notes are played: tempo, instrument, transposition.

    Raises:
        EngineError: the file cannot be read for any of the models, or is silent, or no model can be loaded.
    """

    def __init__(self, file: Path, title: str, cards: Sequence[Card], performance: Performance):
        self.file, self.title, self.performance = file, title, performance
        self.link = self.corpus = ""  # of a shipped piece: the query that opens the page with it, its corpus
        self.judgements: list[Judgement] = []
        self.problems: list[str] = []
        self.num_models = 0
        self._kind = next((card.representation_name for card in cards), "")
        self.running = Running()
        self.chosen: str | None = None
        self.is_chosen_by_visitor = False
        self._scored = ScoredFile(file, loaded, shortened_piece)
        self._sounds: dict[Representation, Mapping[str, Any]] = {}
        self._asked: dict[str, Judging] = {}
        self._at_first: dict[str, list[Expectation]] = {}  # model -> what it expects from frame 0 on
        self.forget_looks()
        self._waiting = self._readable(sorted(cards, key=_cost))
        if not self._waiting:
            raise EngineError(self.problems[0] if self.problems else "there is no model for this yet")

    def play_at(self, quarters_per_minute: float) -> None:
        """Play in another tempo; this changes nothing for speech."""
        if self.performance.quarters_per_minute != quarters_per_minute:
            self.performance = replace(self.performance, quarters_per_minute=quarters_per_minute)
            self._sounds = {}

    def forget_looks(self) -> None:
        """Forget how far expectations were asked for, and make a new lock: copies must not share them."""
        self._listening: tuple[str, int, Iterator[Expectation]] | None = None
        self._lock = threading.Lock()

    @property
    def is_done(self) -> bool:
        """Whether every model has been asked, or no more is wanted."""
        return not (self._waiting and self.running.goes_on)

    @property
    def is_stopped(self) -> bool:
        """Whether models were left out because no more was wanted."""
        return bool(self._waiting) and not self.running.goes_on

    @property
    def kind(self) -> str:
        """The kind of frames of all of its models: name of a representation."""
        return self._kind

    @property
    def now(self) -> tuple[Card, float] | None:
        """The model at work (the cheapest if there are several), and the share of the piece it has read."""
        if self.is_done:
            return None
        asked = self._asked.get(self._waiting[0].name)
        return self._waiting[0], asked.share if asked else 0.0

    @property
    def best(self) -> Judgement:
        """The best of the models that can be compared; of those fitted to the piece's own corpus, if any."""
        own = [judgement for judgement in self.judgements if judgement.card.corpus.name == self.corpus]
        return ranked(own or self.judgements)[0][0]

    def piece_of(self, judgement: Judgement) -> Piece:
        """The piece that a judgement is of."""
        return self._scored.piece(judgement.representation)

    def go_on(self, seconds: float) -> None:
        """Work for about ``seconds``, on one slice at least; a model that fails leaves a problem."""
        until = time.monotonic() + seconds
        at_work: set[str] = set()
        lock = threading.Lock()

        def work(_: int) -> None:
            """One slice after another, each of the first model that is not at work."""
            while True:
                with lock:
                    card = next((card for card in self._waiting if card.name not in at_work), None)
                    if card is None or not self.running.goes_on:
                        return
                    at_work.add(card.name)
                problem = self._advance(card)
                with lock:
                    self._take(card, problem)
                    at_work.remove(card.name)
                if time.monotonic() > until:
                    return

        with ThreadPoolExecutor(MODELS_AT_ONCE) as pool:
            list(pool.map(work, range(MODELS_AT_ONCE)))

    def judgement(self, name: str | None) -> Judgement | None:
        """The judgement of a model, if it is there."""
        return next((judgement for judgement in self.judgements if judgement.card.name == name), None)

    def sound(self, judgement: Judgement) -> Mapping[str, Any]:
        """The keys of a lane's value that hold a judgement's sound; raises EngineError if it cannot play."""
        kind = judgement.representation
        made = self._sounds.get(kind)
        if made is None or not all(Path(piece["path"]).exists() for piece in made["pieces"]):  # old files go
            playback = perform(self.piece_of(judgement).frames, kind, self.performance)
            made = self._sounds[kind] = pieces_of(playback.audio, Path(self.file.name).stem)
        return made

    def expected(self, name: str, start: int, seconds: float, most: int) -> list[Expectation]:
        """What a model expects at frames from ``start`` on: as many as ``seconds`` allow, 1 to ``most``.

        Empty where the model has not judged the piece, there is no such frame, or it is not music. Where
        ``start`` follows the last answer for this model, it reads on from there. What is expected from the
        first frame on is kept, also for copies: it is what every visitor of a shipped piece sees.
        """
        judgement = self.judgement(name)
        if judgement is None or not judgement.is_music:
            return []
        piece, until = self.piece_of(judgement), time.monotonic() + seconds
        if not 0 <= start < len(piece.frames):
            return []
        with self._lock:
            if start == 0 and name in self._at_first:
                return self._at_first[name][:most]
            expectations = self._listen(judgement, piece, start)
            given = [next(expectations)]
            while len(given) < min(most, len(piece.frames) - start) and time.monotonic() < until:
                given.append(next(expectations))
            self._listening = (name, start + len(given), expectations)
            if start == 0:
                self._at_first[name] = given
        return given

    def _listen(self, judgement: Judgement, piece: Piece, start: int) -> Iterator[Expectation]:
        name = judgement.card.name
        if self._listening is not None and self._listening[:2] == (name, start):
            return self._listening[2]
        model = loaded(name).model
        semitones = judgement.surprise.transposed_semitones
        return expect(model, judgement.representation, piece.frames, start, semitones)

    def _readable(self, cards: Sequence[Card]) -> list[Card]:
        """The models that can be loaded and for whose frames the file can be read."""
        can_be_read: dict[Representation, bool] = {}
        refused, readable = [], []
        for card in cards:
            try:
                representation = loaded(card.name).representation
            except CheckpointError as error:
                self.problems.append(str(error))
                continue
            if representation not in can_be_read:
                try:
                    self._scored.piece(representation)
                    can_be_read[representation] = True
                except EngineError as error:
                    can_be_read[representation] = False
                    refused.append(str(error))
            if can_be_read[representation]:
                readable.append(card)
        self.problems = [*dict.fromkeys(refused), *self.problems]
        self.num_models = len(readable)
        return readable

    def _advance(self, card: Card) -> str:
        """Have a model read one slice of the piece; returns what went wrong, or an empty text."""
        try:
            if card.name not in self._asked:
                self._asked[card.name] = self._scored.ask(card.name)
            self._asked[card.name].go_on()
        except EngineError as error:
            return str(error)
        return ""

    def _take(self, card: Card, problem: str) -> None:
        """Keep a model's judgement if it has read all, or its problem; in both cases it is asked no more."""
        asked = self._asked.get(card.name)
        if not problem and not asked.is_whole:
            return
        try:
            if not problem:
                self.judgements.append(asked.judgement())
        except EngineError as error:
            problem = str(error)
        if problem:
            self.problems.append(f"{card.name}: {problem}")
        self._waiting.remove(card)
        self._asked.pop(card.name, None)


def shortened_piece(file: Path, representation: Representation) -> Piece:
    """The frames of a file, cut to what is scored here: from its start or, if that is silent, from where
    something sounds.

    Raises:
        EngineError: the file cannot be read, or is silent.
    """
    read = read_piece(file, representation, longest=MAX_SCORED_SECONDS + MAX_SILENT_SECONDS)
    most, report = most_frames(representation), read.report
    first = _first_sounding(read.frames, representation, most)
    if first is None:
        seconds = MAX_SCORED_SECONDS + MAX_SILENT_SECONDS
        is_cut = (
            len(read.frames) > most * seconds / MAX_SCORED_SECONDS - 2
            and not representation.facts.holds_notes
        )
        where = f" in its first {seconds:g} seconds: cut out the part that you want" if is_cut else ""
        remedy = where or ": check the microphone and record again"
        raise UnreadableFileError(f"{file.name} is silent{remedy}")
    if len(read.frames) > most:
        is_music = representation.facts.holds_notes
        length = f"{MAX_SCORED_QUARTERS} quarter notes" if is_music else f"{MAX_SCORED_SECONDS:g} seconds"
        where = " after the silence it begins with" if first else ""
        report = f"{report} Only the first {length}{where} are scored here.".strip()
    return Piece(read.frames[first : first + most], report)


def _first_sounding(frames: Tensor, representation: Representation, most: int) -> int | None:
    """Where to begin, so that what is scored is not silent; 0 if its start sounds, None if nothing does."""
    if _sounds(frames[:most], representation):
        return 0
    if len(frames) <= most:
        return None
    step = 1 if representation.facts.holds_notes else round(representation.frames_per_second)
    starts = range(0, len(frames), step)
    return next((start for start in starts if _sounds(frames[start : start + step], representation)), None)


def _sounds(frames: Tensor, representation: Representation) -> bool:
    if representation.facts.holds_notes:
        return bool(frames.any())
    return not prepare_playback(representation.decode(frames)).is_silent


def most_frames(representation: Representation) -> int:
    """How many frames are scored here at most."""
    if representation.facts.holds_notes:
        return MAX_SCORED_QUARTERS * representation.frames_per_quarter
    return round(MAX_SCORED_SECONDS * representation.frames_per_second)


def _cost(card: Card) -> tuple[int, str]:
    """A key to sort by: roughly how much work a frame is, then the name; cheap models show something soon."""
    return card.num_parameters * card.num_keys, card.name
