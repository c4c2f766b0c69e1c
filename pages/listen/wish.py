"""Wish: the listening test that a visitor asks for, and the session that it becomes."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.listening import ANCHOR, REAL, Record, Session, TestDesign, shared_representation
from engine.pieces import excerpts_of, read_excerpt
from engine.representations import are_alike

CLIP_PER_PRIME = 3  # a clip is this many times as long as its prime
MAX_SECONDS_OF_SPEECH = 2.0
SECONDS_DRAWN = (
    2.0  # of speech after the prime, at least, where no lane plays the piece itself, which could end sooner
)
MIN_SECONDS_OF_SPEECH = 0.4  # loudness is measured over blocks of this length
SAME_CORPUS = "must be fitted on the same corpus"
MIN_CLIP_FRAMES = 6  # two to begin with and four to compare


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for.

    Args:
        task: name of one of the engine's tasks.
        models: names of checkpoints of one corpus.
        with_real, with_anchor: whether these are hidden among the lanes.
        num_trials: fixed before the start.
        device: what the visitor listens with.
    """

    task: str
    models: tuple[str, ...]
    with_real: bool = False
    with_anchor: bool = False
    num_trials: int = 10
    device: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The models, and the references that are hidden among them."""
        beside = [name for name, wanted in ((REAL, self.with_real), (ANCHOR, self.with_anchor)) if wanted]
        return (*self.models, *beside)


def session_of(
    wish: Wish, listener: str, checkpoints: Mapping[str, Checkpoint], asked: Iterable[Record]
) -> Session:
    """The test, drawn at random: who is heard in which trial, and with which beginning.

    Args:
        listener: the pseudonym under which it is stored.
        checkpoints: the wish's models by name.
        asked: all earlier trials; what they asked least often comes first.

    Raises:
        InvalidValueError: the wish cannot be fulfilled.
    """
    corpora = {checkpoint.card.corpus.name for checkpoint in checkpoints.values()}
    if len(corpora) > 1:
        raise InvalidValueError(f"models that are compared {SAME_CORPUS}: choose one")
    (corpus,) = corpora
    first = next(iter(checkpoints.values()))
    if not all(
        are_alike(first.representation, checkpoint.representation) for checkpoint in checkpoints.values()
    ):
        raise InvalidValueError("models that are compared must read the same frames: choose others")
    design = TestDesign(wish.task, wish.sources, wish.num_trials, secrets.randbelow(2**31))
    representation = shared_representation(checkpoints)
    pieces = [excerpt.name for excerpt in excerpts_of(corpus, representation.name)]
    num_frames = common_length([len(read_excerpt(name, representation)) for name in pieces], representation)
    num_prime_frames = num_frames // CLIP_PER_PRIME
    num_drawn = num_frames - num_prime_frames
    if not (representation.facts.holds_notes or design.hears_piece):
        num_drawn = max(num_drawn, round(SECONDS_DRAWN * representation.frames_per_second))
    return Session.planned(
        design,
        pieces,
        asked,
        test_id=secrets.token_hex(12),
        listener=listener,
        corpus=corpus,
        num_prime_frames=num_prime_frames,
        num_frames=num_drawn,
        played_semitones=first.card.corpus.played_semitones,
        device=wish.device[:40],
    )


def common_length(lengths: list[int], representation: Any) -> int:
    """How many frames every clip has, its prime included, given the lengths of the excerpts in frames.

    Raises:
        InvalidValueError: that is too short to be compared.
    """
    least, most = MIN_CLIP_FRAMES, min(lengths, default=0)
    if not representation.facts.holds_notes:
        per_second = representation.frames_per_second
        least = round(MIN_SECONDS_OF_SPEECH * per_second)
        most = min(most, round(MAX_SECONDS_OF_SPEECH * per_second))
    if most < least:
        raise InvalidValueError(
            f"an excerpt of {most} frames is too short to be compared, at least {least} are needed: "
            "choose another corpus"
        )
    return most
