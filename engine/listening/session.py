"""Session: a listening test as it was fixed before its first trial, so that any trial can be made again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32
from pydantic import Field
from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.listening.clips import Clip, Material
from engine.listening.design import TestDesign, TrialPlan
from engine.listening.trial import SOURCES_BESIDE_MODELS, Record, Trial
from engine.rendering import Performance
from engine.strict import Closed


class PlannedTrial(Closed, allow_inf_nan=True):
    """A TrialPlan and ``prime``, the name of the excerpt that its lanes begin with."""

    number: int
    sources: tuple[str, ...]
    seed: int
    prime: str
    transposition: int = 0

    @property
    def plan(self) -> TrialPlan:
        """The same without the excerpt."""
        return TrialPlan(self.number, self.sources, self.seed, self.transposition)


class Session(Closed, allow_inf_nan=True):
    """A test that somebody takes.

    Args:
        test_id: an opaque id.
        listener: id of the visitor who takes it.
        task, sources, design_seed: as in its TestDesign.
        corpus: the one that all its models were fitted on.
        num_prime_frames, num_frames: length of every lane's beginning, and of what follows it.
        temperature: of the draws.
        quarters_per_minute, program, played_semitones: how music is played, as in Performance.
        device: what the listener said they listen with.
        trials: all of them, in order.
    """

    test_id: str = Field(min_length=1)
    listener: str = Field(min_length=1)
    task: str
    sources: tuple[str, ...]
    design_seed: int
    corpus: str
    num_prime_frames: int
    num_frames: int
    temperature: float = 1.0
    quarters_per_minute: float = 100.0
    program: int = 0
    played_semitones: int = 0
    device: str = ""
    trials: tuple[PlannedTrial, ...]

    @classmethod
    def planned(
        cls, design: TestDesign, pieces: Sequence[str], asked: Iterable[Record] = (), **facts: Any
    ) -> "Session":
        """The session of a design; its trials begin with the given excerpts in turn.

        Args:
            pieces: names of the excerpts; the design's seed decides their order.
            asked: trials of earlier tests; what was asked least in them comes first.
            facts: the other fields of the session.
        """
        order = np.random.default_rng(design.seed).permutation(len(pieces))
        trials = [
            PlannedTrial(
                number=plan.number,
                sources=plan.sources,
                seed=plan.seed,
                prime=pieces[order[plan.number % len(pieces)]],
                transposition=plan.transposition,
            )
            for plan in design.plans(asked)
        ]
        of_design = {"task": design.task, "sources": design.sources, "design_seed": design.seed}
        return cls(**of_design, **facts, trials=tuple(trials))

    def material(
        self, checkpoints: Mapping[str, Checkpoint], piece: Float32[Tensor, "time event"]
    ) -> Material:
        """What the clips of a trial that begins with ``piece`` are made of.

        Raises:
            InvalidValueError: the piece is too short.
        """
        performance = Performance(self.quarters_per_minute, self.program, self.played_semitones)
        return Material(
            checkpoints, piece, self.num_prime_frames, self.num_frames, self.temperature, performance
        )

    def trial(
        self, number: int, clips: Sequence[Clip], trial_id: str, issued_at: str, version: str = ""
    ) -> Trial:
        """What is recorded of a trial once its clips are made.

        Args:
            number: of the trial, from 1.
            version: of the app.
        """
        planned = self.trials[number - 1]
        return Trial(
            trial_id=trial_id,
            test_id=self.test_id,
            number=number,
            num_trials=len(self.trials),
            listener=self.listener,
            task=self.task,
            corpus=self.corpus,
            prime=planned.prime,
            seed=planned.seed,
            design_seed=self.design_seed,
            temperature=self.temperature,
            num_frames=self.num_frames,
            seconds=clips[0].seconds,
            shared_seconds=clips[0].shared_seconds,
            lanes=tuple(clip.lane for clip in clips),
            issued_at=issued_at,
            version=version,
        )

    @property
    def shared_share(self) -> float:
        """The share of each lane's frames with which all lanes begin, from 0 to 1."""
        return self.num_prime_frames / (self.num_prime_frames + self.num_frames)

    @property
    def models(self) -> list[str]:
        """The models among its sources, by name."""
        return [source for source in self.sources if source not in SOURCES_BESIDE_MODELS]
