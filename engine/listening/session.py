"""Session: a listening test as it was set before its first trial, so that any trial can be made again."""

from pydantic import BaseModel, ConfigDict, Field

from engine.listening.design import TestDesign, TrialPlan
from engine.listening.trial import SOURCES_BESIDE_MODELS


class PlannedTrial(BaseModel):
    """A TrialPlan and the excerpt that its lanes begin with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    sources: tuple[str, ...]
    seed: int
    prime: str

    @property
    def plan(self) -> TrialPlan:
        """What decides the clips."""
        return TrialPlan(self.number, self.sources, self.seed)


class Session(BaseModel):
    """A test that somebody takes.

    Args:
        test_id: opaque.
        listener: whose it is.
        task, sources, design_seed: of its TestDesign.
        corpus: of all its models.
        num_prime_frames, num_frames: of every lane.
        temperature: of the draws.
        quarters_per_minute, program: how music is played.
        device: what the listener said that they listen with.
        trials: all of them, in order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    device: str = ""
    trials: tuple[PlannedTrial, ...]

    @property
    def design(self) -> TestDesign:
        """What was asked for."""
        return TestDesign(self.task, self.sources, len(self.trials), self.design_seed)

    @property
    def models(self) -> list[str]:
        """The checkpoints among its sources."""
        return [source for source in self.sources if source not in SOURCES_BESIDE_MODELS]
