"""ListeningRoom: where listening tests are set up, trials are made, and answers are taken.

Before the answer, a listener's browser is told only a trial's opaque id, its task, its place in the test, how
long its clips and their shared beginning are, how much must be heard, and where its sounds lie (``_blind`` in
trial_page.py). Whose the sounds are stays in the store.

The clips of the latest trials are kept; others are made anew from their session, so a restart loses none.
"""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError, VoteError
from engine.listening import (
    ANSWERED,
    NO_MODELS,
    Answer,
    Hearing,
    Record,
    Session,
    Trial,
    VoteStore,
    make_clips,
    shared_representation,
)
from engine.pieces import read_excerpt
from engine.representations import Representation, converted
from engine.scoring import log_likelihood, surprise_of
from pages.bounds import Hourly
from pages.listen.clip_ledger import COUNT_SECONDS, IMPOSSIBLE, ClipLedger
from pages.listen.doubt import AT_ONCE, Ears, doubt_of, seconds_between
from pages.listen.kept_clips import KeptClips, Prepared
from pages.listen.wish import Wish, session_of

TESTS_AN_HOUR = "EARSHOT_TESTS_AN_HOUR"  # in the environment: how many an address may begin
LISTENERS = "EARSHOT_LISTENERS"  # in the environment: how many may listen at the same time behind an address


@dataclass(frozen=True)
class Question:
    """A trial with what was made for it, to be heard or, once it is answered, revealed.

    Attributes:
        trial: the trial, with whose its lanes are, which must stay hidden until the answer.
        prepared: its clips, and what the models think of them, which must stay hidden too.
    """

    trial: Trial
    prepared: Prepared


class ListeningRoom:
    """Tests of models against each other.

    Args:
        store: where votes are kept.
        model: gives the checkpoint of a name.
        version: of the app, written into every trial.
        copy: called with new rows for the copy of the votes: answers, and tombstones of deleted ones.
    """

    def __init__(
        self,
        store: VoteStore,
        model: Callable[[str], Checkpoint],
        version: str = "",
        copy: Callable[[list[dict[str, Any]]], None] | None = None,
    ):
        self.store = store
        self.model = model
        self.version = version
        self.copy = copy or (lambda rows: None)
        self.kept = KeptClips()
        self.ledger = ClipLedger()
        self.tests = Hourly(number_of(TESTS_AN_HOUR, 100), "listening tests")
        self.ears = Ears(number_of(LISTENERS, 5))

    def start(self, wish: Wish, listener: str, address: str = "") -> str:
        """Set up a test and issue its first trial; returns that trial's id.

        Args:
            address: of the request; it is counted in memory, and written nowhere.

        Raises:
            EngineError: the wish cannot be fulfilled, the address has begun too many tests, or the store
                cannot be used.
        """
        session = session_of(wish, listener, self._checkpoints(wish.models), self.store.records())
        self.tests.count(address)
        self.store.begin(session)
        return self.issue(session, 1)

    def question(self, trial: Trial) -> Question:
        """A trial that is known to be this listener's, with its sounds.

        Raises:
            EngineError: a model is gone, or the store cannot be used.
        """

        def anew() -> Prepared:
            session = self.store.session(trial.test_id, trial.listener)
            self._check_models(trial)
            return self._prepare(session, trial.number, [lane.clip for lane in trial.lanes])

        return Question(trial, self.kept.of(trial.trial_id, anew))

    def answer(
        self,
        trial_id: str,
        listener: str,
        given: Mapping[str, Any],
        is_program: bool = False,
        address: str = "",
    ) -> Record:
        """Write an answer down, after checking whether it can be true; one in doubt counts nowhere.

        Args:
            given: ``choice``, ``heard_seconds`` of each lane and ``response_seconds``, from a browser.
            is_program: whether the request does not look like a browser's.
            address: of the request; it is counted in memory, and written nowhere.

        Raises:
            VoteError: it cannot count; the sentence says why.
        """
        record = self.store.find(trial_id, listener)
        if record.answer is not None:
            raise VoteError(ANSWERED)
        trial, now = record.trial, datetime.now(UTC)
        try:
            answer = Answer(
                choice=choice_of(given),
                heard_seconds=tuple(given.get("heard_seconds", ())),
                response_seconds=given.get("response_seconds"),
                device=self.store.session(trial.test_id, listener).device,
                answered_at=timestamp(now),
            )
        except (ValueError, TypeError):
            raise VoteError("this answer is not complete: reload the page and answer again") from None
        check_heard(trial, answer)
        self.ledger.check(trial, answer.heard_seconds, answer.response_seconds)
        doubt = doubt_of(trial, answer, self.store.records(listener), is_program)
        if not doubt and self.ears.is_too_much(address, sum(answer.heard_seconds)):
            doubt = AT_ONCE
        answered = self.store.answer(trial_id, listener, answer.model_copy(update={"doubt": doubt}))
        self.copy(self._news(answered))
        return answered

    def next(self, trial_id: str, listener: str) -> str | None:
        """The id of the trial after this one, issued if it was not; None after the last.

        Raises:
            EngineError: it is not this listener's or not answered yet, or the store cannot be used.
        """
        record = self.store.find(trial_id, listener)
        trial = record.trial
        if record.answer is None:
            raise VoteError("answer this trial before you go on to the next")
        if trial.number >= trial.num_trials:
            return None
        for later in self.store.trials(trial.test_id, listener):
            if later.trial.number == trial.number + 1:
                return later.trial.trial_id
        return self.issue(self.store.session(trial.test_id, listener), trial.number + 1)

    def left(self, listener: str) -> Trial | None:
        """The trial at which this listener left their latest test; None where they finished it, took none, or
        cannot go on with it.

        Raises:
            VoteError: the store cannot be used.
        """
        latest = self.store.latest(listener)
        if latest is None or (latest.answer is not None and latest.trial.number == latest.trial.num_trials):
            return None
        if not self.store.has_test(latest.trial.test_id, listener):  # another disk, with a copy of the votes
            return None
        return latest.trial

    def own_rows(self, listener: str) -> list[dict[str, Any]]:
        """This listener's answered trials, as rows of an export.

        Raises:
            VoteError: the store cannot be used.
        """
        return [record.model_dump(mode="json") for record in self.store.records(listener)]

    def forget(self, listener: str) -> int:
        """Delete all that this listener was asked and said; returns how many answers there were.

        Raises:
            VoteError: the store cannot be used.
        """
        now = timestamp(datetime.now(UTC))
        count = self.store.delete(listener, now)
        self.copy([row for row in self.store.export() if row.get("deleted_at") == now])
        return count

    def issue(self, session: Session, number: int) -> str:
        """Make a trial of a test that is in the store; returns the trial's id.

        Raises:
            EngineError: its clips cannot be made, or the store cannot be used.
        """
        planned = session.trials[number - 1]
        prepared = self._prepare(session, number, [secrets.token_hex(12) for _ in planned.sources])
        now = timestamp(datetime.now(UTC))
        trial = session.trial(number, prepared.clips, secrets.token_hex(12), now, self.version)
        issued = self.store.issue(trial, needs_test=True)
        if issued == trial.trial_id:  # else another press of the same visitor's has issued it meanwhile
            self.kept.keep(issued, prepared)
        return issued

    def _news(self, record: Record) -> list[dict[str, Any]]:
        """The rows for the copy after an answer; after the last, all rows, whose seeds may then be seen."""
        trial, records = record.trial, [record]
        if trial.number == trial.num_trials:
            records = self.store.trials(trial.test_id, trial.listener)
        return [answered.model_dump(mode="json") for answered in records]

    def _prepare(self, session: Session, number: int, ids: Sequence[str]) -> Prepared:
        planned = session.trials[number - 1]
        checkpoints = self._checkpoints(session.models)
        piece = read_excerpt(planned.prime, shared_representation(checkpoints))
        material = session.material(checkpoints, piece)
        clips = make_clips(planned.plan, material, tuple(ids))
        unlikelihoods = {
            name: [_unlikelihood(checkpoint, clip.frames, material.representation) for clip in clips]
            for name, checkpoint in checkpoints.items()
        }
        return Prepared(clips, unlikelihoods)

    def _check_models(self, trial: Trial) -> None:
        """Refuse a trial whose models have other weights now: clips made anew would not be those heard."""
        for lane in trial.lanes:
            sha256 = lane.checkpoint_sha256
            if sha256 is not None and not self.model(lane.source).card.has_weights(sha256):
                raise VoteError(
                    f"the model {lane.source!r} has changed since this trial was asked: start a new test"
                )

    def _checkpoints(self, names: Sequence[str]) -> dict[str, Checkpoint]:
        if not names:
            raise InvalidValueError(NO_MODELS)
        return {name: self.model(name) for name in names}


def _unlikelihood(checkpoint: Checkpoint, frames: Tensor, representation: Representation) -> float:
    frames = converted(frames, representation, checkpoint.representation)
    if checkpoint.representation.facts.holds_notes:
        return log_likelihood(checkpoint.model, frames[None]).nats_per_frame
    try:
        return surprise_of(checkpoint.model, checkpoint.representation, frames).mean
    except InvalidValueError:
        return float("nan")


def number_of(variable: str, usual: int) -> int:
    """A whole number from the environment, or the usual one; a school class behind one address may need more.

    Raises:
        SystemExit: it is not a whole number above 0.
    """
    given = os.environ.get(variable) or str(usual)
    if not given.isdecimal() or int(given) < 1:
        raise SystemExit(f"{variable}={given} must be a whole number above 0")
    return int(given)


def choice_of(given: Mapping[str, Any]) -> Any:
    """What a browser says was chosen, in the form in which it is stored: a list becomes a tuple."""
    choice = given.get("choice")
    return tuple(choice) if isinstance(choice, list) else choice


def check_heard(trial: Trial, answer: Answer) -> None:
    """Refuse an answer to clips that were not heard long enough, or for longer than can be.

    Raises:
        VoteError: one sentence for the listener.
    """
    heard, hearing = answer.heard_seconds, Hearing.of(trial)
    if len(heard) != len(trial.lanes) or not all(seconds >= 0 for seconds in heard):
        raise VoteError("this answer is not complete: reload the page and answer again")
    if not hearing.is_enough(heard):
        after = " after the beginning that all share" if hearing.counts_from else ""
        at_least = f"for at least {hearing.needed:.0f} seconds{after}"
        how_long = "to its end" if hearing.is_to_the_end else at_least
        raise VoteError(f"listen to every clip {how_long} before you answer")
    since = seconds_between(trial.issued_at, answer.answered_at) + COUNT_SECONDS
    if not hearing.is_possible(heard) or max(sum(heard), answer.response_seconds) > since:
        raise VoteError(IMPOSSIBLE)


def timestamp(moment: datetime) -> str:
    """UTC, ISO 8601, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
