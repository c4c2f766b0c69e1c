"""Records of listeners who were never there, for tests of what reads them."""

from typing import Any

from engine.listening.record import make_record, placings_of
from engine.listening.statistics.comparisons import Placing
from engine.listening.trial import Record, Vote

NOW = "2026-11-23T12:00:00Z"


def lane(source: str, clip: str | None = None, **facts: Any) -> dict[str, Any]:
    """A lane; clips of one name are one clip."""
    clip = clip or f"clip-of-{source}"
    return {"clip": clip, "source": source, "clip_sha256": f"sha-{clip}", "lufs": -20.0, **facts}


def record(sources: tuple[str, ...], choice: Any, task: str = "preference", **facts: Any) -> Record:
    """An answered trial; ``facts`` are of the trial."""
    trial = {
        "trial_id": "t1", "test_id": "s1", "number": 1, "num_trials": 1, "listener": "somebody", "task": task,
        "corpus": "jsb_chorales", "num_frames": 64, "seconds": 20.0, "issued_at": NOW,
        "lanes": [lane(source) for source in sources], **facts,
    }  # fmt: skip
    answer = {
        "choice": choice, "heard_seconds": [20.0] * len(trial["lanes"]), "response_seconds": 30.0,
        "answered_at": NOW,
    }  # fmt: skip
    return make_record({"trial": trial, "answer": None if choice is None else answer})


def votes(records: list[Record]) -> list[Vote]:
    """The votes of those records that were answered."""
    return [record.vote for record in records if record.vote is not None]


def placings(records: list[Record]) -> list[Placing]:
    """The orders into which answers put their lanes."""
    return placings_of(votes(records))
