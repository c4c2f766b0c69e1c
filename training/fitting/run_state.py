"""RunState: the state of a fit on disk, so that a killed run goes on as if nothing had happened.

    training/runs/<name>/state-<update>-<epoch>/
        tensors.safetensors   weights, best and mean weights, and what the optimiser keeps of each
        progress.json         Progress, and the recipe it belongs to

A state is written whole under a temporary name, then renamed; older ones are removed only then. Random
numbers need no state: those of an epoch or an update are seeded by the recipe's seed and the number of that
epoch or update.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from engine.errors import EngineError
from engine.folders import PROJECT
from training.corpora import SPLITS, CorpusData
from training.fitting.recipe import Recipe, make_recipe

RUNS = PROJECT / "training" / "runs"


@dataclass
class RunCurve:
    """A learning curve: one entry for each epoch in every list.

    Args:
        update: updates so far, one a batch.
        seconds: of fitting and validating so far, over all sessions.
        train_nats_per_frame: pooled over the epoch, as seen while fitting (noisy weights, dropout).
        valid_nats_per_frame: pooled, clean weights, or their running mean where the recipe has one.
    """

    update: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    train_nats_per_frame: list[float] = field(default_factory=list)
    valid_nats_per_frame: list[float] = field(default_factory=list)


@dataclass
class Progress:
    """Everything of a run but its tensors.

    Args:
        update: updates done, one a batch, however many steps the optimiser takes in it.
        epoch: epochs finished.
        batch: batches of the current epoch done.
        epoch_nats, epoch_frames: sums over the current epoch so far.
        seconds: of work, over all sessions.
        best_epoch, best_valid: the epoch whose weights are kept (the last one, if the recipe keeps that), and
            its nats per frame of validation.
        finished: whether early stopping or the last epoch has been reached, or it diverged.
        diverged: whether the likelihood was no longer finite.
        data: the digest of what it is fitted on, see ``data_digest``; empty in states of earlier versions.
    """

    update: int = 0
    epoch: int = 0
    batch: int = 0
    epoch_nats: float = 0.0
    epoch_frames: int = 0
    seconds: float = 0.0
    best_epoch: int = 0
    best_valid: float | None = None
    finished: bool = False
    curve: RunCurve = field(default_factory=RunCurve)
    diverged: bool = False
    data: str = ""


def data_digest(data: CorpusData) -> str:
    """A digest of all splits: of notes to the bit, of sound only how long the sequences are.

    Sound is resampled, and its last bits may differ between machines that share a run.
    """
    digest = hashlib.blake2b(digest_size=16)
    for split in SPLITS:
        for sequence in data.splits[split]:
            digest.update(f"{split} {tuple(sequence.shape)}".encode())
            if data.representation.facts.holds_notes:
                digest.update(sequence.contiguous().numpy())
    return digest.hexdigest()


def write_state(folder: Path, recipe: Recipe, progress: Progress, tensors: dict[str, Tensor]) -> None:
    """Write a state and remove the older ones, and what a killed process left half-written.

    A state of the same update that is there already stays: it is the same but for seconds, since a fit
    repeats itself to the bit, and replacing it would leave a moment without any.

    Raises:
        EngineError: the disk refuses; the state before stays.
    """
    target = folder / f"state-{progress.update:08d}-{progress.epoch:05d}"
    if not target.exists():
        _write_whole(target, recipe, progress, tensors)
    for older in (*folder.glob("state-*"), *folder.glob(".state-*.partial")):
        if older != target:
            shutil.rmtree(older, ignore_errors=True)


def _write_whole(target: Path, recipe: Recipe, progress: Progress, tensors: dict[str, Tensor]) -> None:
    """Write a state under another name, then rename it."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        safetensors.torch.save_file(
            {k: v.contiguous() for k, v in tensors.items()}, partial / "tensors.safetensors"
        )
        progress_json = {"recipe": recipe.model_dump(), "progress": asdict(progress)}
        (partial / "progress.json").write_text(json.dumps(progress_json), encoding="utf-8")
        for path in partial.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())  # or after a power cut the new name might stand for nothing
        os.replace(partial, target)
    except (OSError, safetensors.SafetensorError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise EngineError(
            f"cannot save the run in {target.parent} ({error}): free disk space and start again"
        ) from None


def read_state(folder: Path, recipe: Recipe) -> tuple[Progress, dict[str, Tensor]] | None:
    """The newest state of a run, or None if it has not begun.

    Raises:
        EngineError: the state belongs to another recipe, or cannot be read.
    """
    states = sorted(folder.glob("state-*"))
    if not states:
        return None
    try:
        stored = json.loads((states[-1] / "progress.json").read_text(encoding="utf-8"))
        tensors = safetensors.torch.load_file(states[-1] / "tensors.safetensors")
        values = stored["progress"]
        progress = Progress(**{**values, "curve": RunCurve(**values["curve"])})
        same_recipe = make_recipe(stored["recipe"]) == recipe
    except (OSError, ValueError, KeyError, TypeError, EngineError, safetensors.SafetensorError) as error:
        raise EngineError(
            f"the run in {folder} cannot be read ({error}): remove that folder to start again"
        ) from None
    if not same_recipe:
        raise EngineError(
            f"the run in {folder} belongs to another recipe: finish it with that one, or remove the folder "
            "to start again"
        )
    return progress, tensors


def remove_run(folder: Path) -> None:
    """Forget a run; if the process is killed meanwhile, nothing is left that looks like a state."""
    removed = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(removed, ignore_errors=True)
    if folder.exists():
        os.replace(folder, removed)
        shutil.rmtree(removed, ignore_errors=True)
