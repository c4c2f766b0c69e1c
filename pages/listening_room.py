"""ListeningRoom: where listening tests are set up, trials are made, and answers are taken.

What a listener's browser is told of a trial before the answer: its opaque id, the task, its place in the
test, and the addresses of sounds. Whose the sounds are stays in the store.

Trials are made anew from their session whenever they are asked for, so a restart loses none.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from engine import (
    ANCHOR,
    REAL,
    Answer,
    Checkpoint,
    Clip,
    InvalidValueError,
    PlannedTrial,
    Record,
    Session,
    TestDesign,
    Trial,
    VoteError,
    VoteStore,
    excerpt,
    excerpts_of,
    log_likelihood,
    make_clips,
    read_prime,
)

MIN_HEARD_SECONDS = 3.0  # of each clip, or all of it
CLOCKS_DIFFER = 5.0  # seconds that a browser's clock may be ahead of what the server counts
PRIME_SHARE = 3  # the prime is one part in so many of the excerpt


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for.

    Args:
        task: one of the engine's tasks.
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
        """All who take part."""
        beside = [name for name, wanted in ((REAL, self.with_real), (ANCHOR, self.with_anchor)) if wanted]
        return (*self.models, *beside)


@dataclass(frozen=True)
class Question:
    """A trial that is about to be heard.

    Attributes:
        trial: with what must stay hidden until the answer.
        clips: one a lane.
    """

    trial: Trial
    clips: Sequence[Clip]


class ListeningRoom:
    """Tests of models against each other.

    Args:
        store: where votes are kept.
        model: name -> checkpoint.
        suffix: of the shipped excerpts that lanes begin with.
        version: of the app, written into every trial.
        copy: is given rows of the store's export that are new, answers and tombstones.
    """

    def __init__(
        self,
        store: VoteStore,
        model: Callable[[str], Checkpoint],
        suffix: str = ".mid",
        version: str = "",
        copy: Callable[[list[dict[str, Any]]], None] | None = None,
    ):
        self.store = store
        self.model = model
        self.suffix = suffix
        self.version = version
        self.copy = copy or (lambda rows: None)

    def start(self, wish: Wish, listener: str) -> str:
        """Set up a test and issue its first trial; returns that trial's id.

        Raises:
            EngineError: the wish cannot be fulfilled, or the store cannot be used.
        """
        checkpoints = self._checkpoints(wish.models)
        corpora = {checkpoint.card.corpus.name for checkpoint in checkpoints.values()}
        if len(corpora) > 1:
            raise InvalidValueError("models that are compared must be fitted on the same corpus: choose one")
        design = TestDesign(wish.task, wish.sources, wish.num_trials, secrets.randbelow(2**31))
        pieces = [each.name for each in excerpts_of(*corpora, self.suffix)]
        lengths = [len(self._piece(name, checkpoints)) for name in pieces]
        num_prime = min(lengths) // PRIME_SHARE
        order = np.random.default_rng(design.seed).permutation(len(pieces))
        session = Session(
            test_id=secrets.token_urlsafe(12),
            listener=listener,
            task=wish.task,
            sources=wish.sources,
            design_seed=design.seed,
            corpus=corpora.pop(),
            num_prime_frames=num_prime,
            num_frames=min(lengths) - num_prime,
            device=wish.device[:40],
            trials=tuple(
                PlannedTrial(
                    number=plan.number, sources=plan.sources, seed=plan.seed,
                    prime=pieces[order[plan.number % len(pieces)]],
                )
                for plan in design.plans(self.store.records())
            ),
        )  # fmt: skip
        self.store.begin(session)
        return self._issue(session, 1)

    def ask(self, trial_id: str, listener: str) -> Question:
        """A trial of this listener's, with its sounds.

        Raises:
            EngineError: it is not this listener's, a model is gone, or the store cannot be used.
        """
        trial = self.store.find(trial_id, listener).trial
        session = self.store.session(trial.test_id, listener)
        return Question(trial, self._clips(session, trial.number, [lane.clip for lane in trial.lanes]))

    def answer(self, trial_id: str, listener: str, given: Mapping[str, Any]) -> Record:
        """Count an answer, after looking whether it can be true.

        Args:
            given: ``choice``, ``heard_seconds`` of each lane and ``response_seconds``, from a browser.

        Raises:
            VoteError: it cannot count; the sentence says why.
        """
        trial = self.store.find(trial_id, listener).trial
        now = datetime.now(UTC)
        choice = given.get("choice")
        try:
            answer = Answer(
                choice=tuple(choice) if isinstance(choice, list) else choice,
                heard_seconds=tuple(given.get("heard_seconds", ())),
                response_seconds=given.get("response_seconds"),
                device=self.store.session(trial.test_id, listener).device,
                answered_at=timestamp(now),
            )
        except (ValueError, TypeError):
            raise VoteError("this answer is not complete: reload the page and answer again") from None
        check_heard(trial, answer, now)
        record = self.store.answer(trial_id, listener, answer)
        self.copy([record.model_dump(mode="json")])
        return record

    def next(self, trial_id: str, listener: str) -> str | None:
        """The id of the trial after this one, issued if it was not; None after the last.

        Raises:
            EngineError: it is not this listener's, or the store cannot be used.
        """
        trial = self.store.find(trial_id, listener).trial
        if trial.number >= trial.num_trials:
            return None
        for record in self.store.trials(trial.test_id, listener):
            if record.trial.number == trial.number + 1:
                return record.trial.trial_id
        return self._issue(self.store.session(trial.test_id, listener), trial.number + 1)

    def forget(self, listener: str) -> int:
        """Delete all that this listener was asked and said; returns how many answers that were.

        Raises:
            VoteError: the store cannot be used.
        """
        now = timestamp(datetime.now(UTC))
        count = self.store.delete(listener, now)
        self.copy([row for row in self.store.export() if row.get("deleted_at") == now])
        return count

    def likelihoods(self, question: Question) -> dict[str, list[float]]:
        """Model -> nats per frame of each lane's clip, for all models of the test."""
        session = self.store.session(question.trial.test_id, question.trial.listener)
        return {
            name: [log_likelihood(each.model, clip.frames[None]).nats_per_frame for clip in question.clips]
            for name, each in self._checkpoints(self._models(session)).items()
        }

    def _issue(self, session: Session, number: int) -> str:
        planned = session.trials[number - 1]
        clips = self._clips(session, number, [secrets.token_urlsafe(12) for _ in planned.sources])
        now = timestamp(datetime.now(UTC))
        trial = session.trial(number, clips, secrets.token_urlsafe(12), now, self.version)
        self.store.issue(trial)
        return trial.trial_id

    def _clips(self, session: Session, number: int, ids: Sequence[str]) -> list[Clip]:
        planned = session.trials[number - 1]
        checkpoints = self._checkpoints(self._models(session))
        material = session.material(checkpoints, self._piece(planned.prime, checkpoints))
        return make_clips(planned.plan, material, tuple(ids))

    def _models(self, session: Session) -> list[str]:
        return [source for source in session.sources if source not in (REAL, ANCHOR)]

    def _checkpoints(self, names: Sequence[str]) -> dict[str, Checkpoint]:
        if not names:
            raise InvalidValueError("choose at least one model")
        return {name: self.model(name) for name in names}

    def _piece(self, prime: str, checkpoints: Mapping[str, Checkpoint]) -> Tensor:
        path: Path = excerpt(prime).path
        return read_prime(path, next(iter(checkpoints.values())).representation).frames


def check_heard(trial: Trial, answer: Answer, now: datetime) -> None:
    """Refuse what cannot have been heard, or was not heard long enough.

    Raises:
        VoteError: one sentence for the listener.
    """
    needed = min(MIN_HEARD_SECONDS, trial.seconds)
    heard = answer.heard_seconds
    if len(heard) != len(trial.lanes) or not all(seconds >= 0 for seconds in heard):
        raise VoteError("this answer is not complete: reload the page and answer again")
    if any(seconds < needed - 0.1 for seconds in heard):
        raise VoteError(f"listen to every clip for at least {needed:.0f} seconds before you answer")
    since = (now - datetime.fromisoformat(trial.issued_at)).total_seconds()
    longer_than_clip = max(heard) > trial.seconds + 0.5
    if longer_than_clip or max(sum(heard), answer.response_seconds) > since + CLOCKS_DIFFER:
        raise VoteError("the times of this answer cannot be true, so it does not count: reload the page")


def timestamp(moment: datetime) -> str:
    """UTC, ISO 8601, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
