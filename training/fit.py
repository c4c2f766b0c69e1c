"""Fit: the optimisation of Chung et al. 2014 (arXiv 1412.3555), resumable at any moment.

An update: draw Gaussian noise once on the recurrent layers' weights, take the gradient of the mean
over the batch of each sequence's summed negative log-likelihood at the noisy weights, shorten it to
norm 1, and move the clean weights by RMSProp. All scoring uses the clean weights.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from engine.errors import EngineError, InvalidValueError
from engine.sequence_model import SequenceModel, build_model
from training.batching import Batch, collate, epoch_batches
from training.corpora import CorpusData
from training.evaluate import score_split
from training.recipe import Recipe
from training.run_state import Progress, read_state, write_state

SECONDS_BETWEEN_STATES = 30.0
STREAMS = {"weights": 0, "order": 1, "noise": 2}  # what a random generator is for


def generator(seed: int, stream: str, number: int = 0) -> torch.Generator:
    """A generator of its own for each purpose and each epoch or update: a resumed run needs no state.

    The three are hashed to 32 bits, since torch's generator on the CPU reads no more of a seed.
    """
    (hashed,) = np.random.SeedSequence((seed, STREAMS[stream], number)).generate_state(1)
    return torch.Generator().manual_seed(int(hashed))


@dataclass(frozen=True)
class FitOptions:
    """How, not what, to fit.

    Args:
        device: where to compute.
        run_folder: where the state is kept.
        quiet: no progress bar.
    """

    device: torch.device
    run_folder: Path
    quiet: bool = False


class Fit:
    """One run: model, optimiser and progress, made anew or read from the run's folder.

    Raises:
        EngineError: the folder holds a run of another recipe or of other data, or the recipe does not
            fit the data.
    """

    def __init__(self, recipe: Recipe, data: CorpusData, options: FitOptions):
        self.recipe = recipe
        self.options = options
        self.train = data.splits["train"]
        self.valid = data.splits["valid"]
        self.model = build_model(recipe.model_spec(data.representation))
        self.model.initialise(generator(recipe.seed, "weights"))
        self.model.to(options.device)
        settings = recipe.optimiser
        self.optimiser = torch.optim.RMSprop(
            self.model.parameters(), lr=settings.learning_rate, alpha=settings.decay
        )
        self.best = {name: value.detach().clone() for name, value in self.model.named_parameters()}
        self.progress = Progress()
        self._adopt(read_state(options.run_folder, recipe))

    def run(self) -> SequenceModel:
        """Fit until early stopping or the last epoch; returns the model with its best weights.

        Raises:
            InvalidValueError: the likelihood is not finite.
            EngineError: the state cannot be written.
        """
        num_batches = self._num_batches()
        total = self.recipe.max_epochs * num_batches
        saved_at = started_at = time.monotonic()
        seconds_before = self.progress.seconds
        with tqdm(
            total=total, initial=self.progress.update, disable=self.options.quiet, unit="update"
        ) as bar:
            while not self.progress.finished:
                self._update_once()
                self.progress.seconds = seconds_before + time.monotonic() - started_at
                if self.progress.batch == num_batches:
                    self._end_epoch()
                    self._show(bar)
                bar.update(self.progress.update - bar.n)
                if time.monotonic() - saved_at > SECONDS_BETWEEN_STATES or self.progress.finished:
                    write_state(self.options.run_folder, self.recipe, self.progress, self._tensors())
                    saved_at = time.monotonic()
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                value.copy_(self.best[name])
        return self.model.eval().requires_grad_(False)

    def _num_batches(self) -> int:
        return -(-len(self.train) // self.recipe.optimiser.batch_size)

    def _epoch_order(self) -> list[list[int]]:
        rng = generator(self.recipe.seed, "order", self.progress.epoch)
        lengths = [len(sequence) for sequence in self.train]
        return epoch_batches(lengths, self.recipe.optimiser.batch_size, rng)

    def _update_once(self) -> None:
        progress = self.progress
        if progress.batch == 0:
            self.order = self._epoch_order()
        batch = collate([self.train[index] for index in self.order[progress.batch]]).to(self.options.device)
        rng = generator(self.recipe.seed, "noise", progress.update)
        nats = update(self.model, self.optimiser, batch, self.recipe, rng)
        self._check_finite(float(nats))
        progress.epoch_nats += float(nats)
        progress.epoch_frames += int(batch.mask.sum())
        progress.update += 1
        progress.batch += 1

    def _end_epoch(self) -> None:
        progress, curve = self.progress, self.progress.curve
        valid = score_split(self.model, self.valid).nats_per_frame
        self._check_finite(valid)
        progress.epoch += 1
        curve.update.append(progress.update)
        curve.seconds.append(round(progress.seconds, 2))
        curve.train_nats_per_frame.append(progress.epoch_nats / progress.epoch_frames)
        curve.valid_nats_per_frame.append(valid)
        if progress.best_valid is None or valid < progress.best_valid:
            progress.best_valid, progress.best_epoch = valid, progress.epoch
            self.best = {name: value.detach().clone() for name, value in self.model.named_parameters()}
        waited = progress.epoch - progress.best_epoch
        progress.finished = waited >= self.recipe.patience or progress.epoch >= self.recipe.max_epochs
        progress.batch, progress.epoch_nats, progress.epoch_frames = 0, 0.0, 0

    def _check_finite(self, nats: float) -> None:
        if not math.isfinite(nats):
            raise InvalidValueError(
                f"the fit diverged (the likelihood is not finite at update {self.progress.update:,}): use a "
                f"lower learning rate, and remove {self.options.run_folder} if it is there"
            )

    def _show(self, bar: tqdm) -> None:
        curve = self.progress.curve
        bar.set_postfix_str(
            f"epoch {self.progress.epoch}, train {curve.train_nats_per_frame[-1]:.3f}, "
            f"valid {curve.valid_nats_per_frame[-1]:.3f}, best {self.progress.best_valid:.3f} nats per frame"
        )

    def _tensors(self) -> dict[str, Tensor]:
        states = self.optimiser.state
        tensors = {}
        for name, value in self.model.named_parameters():
            tensors[f"weights/{name}"] = value.detach().cpu()
            tensors[f"best/{name}"] = self.best[name].cpu()
            tensors[f"squares/{name}"] = states[value]["square_avg"].cpu()
        return tensors

    def _adopt(self, state: tuple[Progress, dict[str, Tensor]] | None) -> None:
        if state is None:
            return
        self.progress, tensors = state
        self._check_data()
        try:
            with torch.no_grad():
                for name, value in self.model.named_parameters():
                    value.copy_(tensors[f"weights/{name}"])
                    self.best[name].copy_(tensors[f"best/{name}"])
                    squares = tensors[f"squares/{name}"].to(value.device)
                    step = torch.tensor(float(self.progress.update))
                    self.optimiser.state[value] = {"step": step, "square_avg": squares}
        except (KeyError, RuntimeError) as error:
            raise EngineError(
                f"the run in {self.options.run_folder} does not fit this version of Earshot "
                f"({str(error).splitlines()[0]}): remove that folder to start again"
            ) from None

    def _check_data(self) -> None:
        """A folder of the user's own may have changed since the run began."""
        progress = self.progress
        self.order = self._epoch_order()
        frames = sum(len(self.train[index]) for batch in self.order[: progress.batch] for index in batch)
        updates = progress.epoch * self._num_batches() + progress.batch
        if (updates, frames) != (progress.update, progress.epoch_frames):
            raise EngineError(
                f"the run in {self.options.run_folder} was begun on other files of {self.recipe.corpus}: "
                "put those back, or remove that folder to start again"
            )


def update(
    model: SequenceModel, optimiser: torch.optim.Optimizer, batch: Batch, recipe: Recipe, rng: torch.Generator
) -> Tensor:
    """One optimiser update; returns the batch's summed negative log-likelihood at the noisy weights."""
    optimiser.zero_grad(set_to_none=True)
    with noisy_weights(model.cells, recipe.optimiser.weight_noise, rng):
        distribution, _ = model(batch.frames)
        nats = -(distribution.log_prob(batch.frames) * batch.mask).sum()
        (nats / len(batch.frames)).backward()
    nn.utils.clip_grad_norm_(model.parameters(), recipe.optimiser.max_gradient_norm)
    optimiser.step()
    return nats.detach()


@contextmanager
def noisy_weights(module: nn.Module, standard_deviation: float, rng: torch.Generator) -> Iterator[None]:
    """One Gaussian draw added to all parameters of a module, taken back to the bit at the end."""
    clean = [parameter.detach().clone() for parameter in module.parameters()]
    with torch.no_grad():
        for parameter in module.parameters():
            noise = torch.randn(parameter.shape, generator=rng) * standard_deviation
            parameter.add_(noise.to(parameter.device))
    try:
        yield
    finally:
        with torch.no_grad():
            for parameter, value in zip(module.parameters(), clean, strict=True):
                parameter.copy_(value)
