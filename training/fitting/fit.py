"""Fit: the optimisation of Chung et al. 2014 (arXiv 1412.3555), resumable at any moment.

An update: draw Gaussian noise once on the recurrent layers' weights, take the gradient of the mean
over the batch of each sequence's summed negative log-likelihood at the noisy weights, shorten it to
norm 1, and move the clean weights by RMSProp. All scoring uses the clean weights. A recipe may ask for
another norm, for Adam, for an update after each part of a batch, and for scoring a running mean of weights.

Fits of one recipe at several learning rates see the same batches and the same noise, so they run
together as one population; a fit alone is a population of one.
"""

import math
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from engine.errors import EngineError, InvalidValueError
from engine.models import Model, Stack, build_model
from training.corpora import CorpusData
from training.fitting.batching import Batch, augmented, epoch_batches
from training.fitting.evaluate import score_population
from training.fitting.grown import begin_with
from training.fitting.optimisation import (
    kept_tensors,
    learning_rate,
    make_optimiser,
    matrix_products,
    move_average,
)
from training.fitting.population import update
from training.fitting.randomness import generator
from training.fitting.recipe import Recipe
from training.fitting.run_state import Progress, data_digest, read_state, write_state
from training.fitting.whole_model import whole_model

SECONDS_BETWEEN_STATES = 30.0


@dataclass(frozen=True)
class FitOptions:
    """How, not what, to fit.

    Args:
        device: where to compute.
        run_folder: where the state is kept.
        quiet: no progress bar.
        first: the network of the recipe that this one begins with; None for a fit that begins with no other,
            or goes on from its state.
    """

    device: torch.device
    run_folder: Path
    quiet: bool = False
    first: Stack | None = None


def copied(model: Model) -> dict[str, Tensor]:
    """A copy of a model's weights as they are now."""
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def _begin(model: Stack, recipe: Recipe, options: FitOptions) -> None:
    if options.first is None:
        raise InvalidValueError(
            f"recipe {recipe.name!r} begins with the weights of {recipe.begins_with!r}: fit "
            f"training/recipes/first/{recipe.begins_with}.json, and name its checkpoint by --begin-with "
            "of `python -m training fit`; no other command fits this recipe"
        )
    begin_with(model, options.first)


class Fit:
    """One run: model, optimiser and progress, made anew or read from the run's folder.

    Raises:
        EngineError: the folder holds a run of another recipe or of other data, or the recipe does not
            fit the data.
    """

    def __init__(self, recipe: Recipe, data: CorpusData, options: FitOptions):
        self.recipe = recipe
        self.options = options
        self.representation = data.representation
        self.train = data.splits["train"]
        self.valid = data.splits["valid"]
        self.model = build_model(recipe.network_spec(data.representation))
        self.model.initialise(generator(recipe.seed, "weights"))
        state = read_state(options.run_folder, recipe)
        if recipe.begins_with and state is None:
            _begin(self.model, recipe, options)
        self.model.to(options.device)
        self.scored = deepcopy(self.model) if recipe.regularisation.averaging else self.model
        self.optimiser = make_optimiser(self.model, recipe.optimiser)
        self.best = copied(self.scored)
        self.progress = Progress(data=data_digest(data))
        self._adopt(state)

    def run(self) -> Model:
        """Fit until early stopping or the last epoch; returns the model with its best weights.

        Raises:
            InvalidValueError: the likelihood is not finite.
            EngineError: the state cannot be written.
        """
        run_together([self])
        if self.progress.diverged:
            raise InvalidValueError(
                f"the fit diverged (the likelihood is not finite at update {self.progress.update:,}): use a "
                f"lower learning rate, and remove {self.options.run_folder} if it is there"
            )
        return self.best_model()

    def best_model(self) -> Model:
        """The recipe's whole model: the network with the weights that are kept, and all that is around it.

        Raises:
            EngineError: no epoch is over, so that none are kept.
        """
        if self.progress.best_valid is None:
            raise EngineError(f"the fit in {self.options.run_folder} has no weights yet: no epoch is over")
        model = whole_model(self.recipe, self.representation, self.best, self.train)
        return model.to(self.options.device)

    @property
    def unit(self) -> str:
        """Unit of ``figure``: nats per frame, or bits per sample."""
        facts = self.representation.facts
        return facts.unit if facts.holds_notes else facts.figure_words

    @torch.no_grad()
    def figure(self, nats: float) -> float:
        """Nats per frame turned into the figure by which models are compared.

        For sound that is bits per 16-bit sample, with a density taken as constant within each bin.
        """
        if self.representation.facts.holds_notes:
            return nats
        bits = nats / self.representation.frame_size / math.log(2)
        mixture, _ = self.scored(self.valid[0][None, :1].to(self.options.device))
        half_a_step = self.representation.min_log_scale / math.log(2)
        return bits if mixture.is_discrete else bits - half_a_step - 1

    def save(self) -> None:
        """Write the state, except that of a diverged fit, which is of no use: the last good one stays.

        Raises:
            EngineError: the state cannot be written.
        """
        if not self.progress.diverged:
            write_state(self.options.run_folder, self.recipe, self.progress, self._tensors())

    def add(self, nats: float, num_frames: int) -> None:
        """Count an update that was made, and move the mean of weights."""
        progress = self.progress
        if self.scored is not self.model:
            decay = self.recipe.regularisation.averaging
            move_average(self.scored.parameters(), self.model.parameters(), decay, progress.update)
        progress.epoch_nats += nats
        progress.epoch_frames += num_frames
        progress.update += 1
        progress.batch += 1
        self._check_finite(nats)

    def end_epoch(self, valid: float) -> None:
        """Add to the curve, keep the best weights, and see whether to stop."""
        self._check_finite(valid)
        progress, curve = self.progress, self.progress.curve
        if progress.diverged:
            return
        progress.epoch += 1
        curve.update.append(progress.update)
        curve.seconds.append(round(progress.seconds, 2))
        curve.train_nats_per_frame.append(progress.epoch_nats / progress.epoch_frames)
        curve.valid_nats_per_frame.append(valid)
        keeps_last = self.recipe.keep == "last"
        if keeps_last or progress.best_valid is None or valid < progress.best_valid:
            progress.best_valid, progress.best_epoch = valid, progress.epoch
            self.best = copied(self.scored)
        waited = progress.epoch - progress.best_epoch
        progress.finished = waited >= self.recipe.patience or progress.epoch >= self.recipe.max_epochs
        progress.batch, progress.epoch_nats, progress.epoch_frames = 0, 0.0, 0

    def set_learning_rate(self) -> None:
        """Set the optimiser's rate to that of the next update."""
        num_updates = self.recipe.max_epochs * self.num_batches()
        (group,) = self.optimiser.param_groups
        group["lr"] = learning_rate(self.recipe.optimiser, self.progress.update, num_updates)

    def num_batches(self) -> int:
        """How many batches an epoch has."""
        return -(-len(self.train) // self.recipe.optimiser.batch_size)

    def epoch_order(self) -> list[list[int]]:
        """Indices of the sequences of each batch of the current epoch."""
        rng = generator(self.recipe.seed, "order", self.progress.epoch)
        lengths = [len(sequence) for sequence in self.train]
        return epoch_batches(lengths, self.recipe.optimiser.batch_size, rng)

    def batch(self, indices: Sequence[int], rng: torch.Generator) -> Batch:
        """These sequences as an update reads them."""
        sequences, settings = [self.train[index] for index in indices], self.recipe.regularisation
        return augmented(self.representation, sequences, settings, self.progress.epoch, rng)

    def _check_finite(self, nats: float) -> None:
        """A likelihood that is not finite ends the fit: nothing can be learnt from it."""
        if not math.isfinite(nats):
            self.progress.finished = self.progress.diverged = True

    def _tensors(self) -> dict[str, Tensor]:
        states = self.optimiser.state
        tensors = {}
        for name, value in self.model.named_parameters():
            tensors[f"weights/{name}"] = value.detach().cpu()
            tensors[f"best/{name}"] = self.best[name].cpu()
            for part, key in kept_tensors(self.recipe.optimiser):
                tensors[f"{part}/{name}"] = states[value][key].cpu()
        tensors["steps"] = next(iter(states.values()))["step"]
        if self.scored is not self.model:
            tensors |= {f"average/{name}": value.cpu() for name, value in copied(self.scored).items()}
        return tensors

    def _adopt(self, state: tuple[Progress, dict[str, Tensor]] | None) -> None:
        if state is None:
            return
        digest = self.progress.data
        self.progress, tensors = state
        self._check_data(digest)
        try:
            with torch.no_grad():
                for name, value in self.model.named_parameters():
                    value.copy_(tensors[f"weights/{name}"])
                    self.best[name].copy_(tensors[f"best/{name}"])
                    self.optimiser.state[value] = {"step": tensors["steps"].clone()} | {
                        key: tensors[f"{part}/{name}"].to(value.device)
                        for part, key in kept_tensors(self.recipe.optimiser)
                    }
                if self.scored is not self.model:
                    for name, value in self.scored.named_parameters():
                        value.copy_(tensors[f"average/{name}"])
        except (KeyError, RuntimeError) as error:
            raise EngineError(
                f"the run in {self.options.run_folder} does not fit this version of Earshot "
                f"({str(error).splitlines()[0]}): remove that folder to start again"
            ) from None

    def _check_data(self, digest: str) -> None:
        """A folder of the user's own may have changed since the run began."""
        progress = self.progress
        order = self.epoch_order()
        frames = sum(len(self.train[index]) for batch in order[: progress.batch] for index in batch)
        updates = progress.epoch * self.num_batches() + progress.batch
        is_other = progress.data not in ("", digest)
        progress.data = digest
        if is_other or (updates, frames) != (progress.update, progress.epoch_frames):
            raise EngineError(
                f"the run in {self.options.run_folder} was begun on other files of {self.recipe.corpus}: "
                "put those back, or remove that folder to start again"
            )


def run_together(fits: Sequence[Fit], until_epoch: int | None = None) -> None:
    """Run fits that differ in learning rate alone until each has stopped or reached ``until_epoch``.

    Those that lag behind, since their last state is older than another's, catch up first.

    Raises:
        EngineError: a state cannot be written.
    """
    until_epoch = until_epoch or fits[0].recipe.max_epochs
    saved_at = time.monotonic()
    with tqdm(total=until_epoch * fits[0].num_batches(), disable=fits[0].options.quiet, unit="update") as bar:
        while running := [
            fit for fit in fits if not fit.progress.finished and fit.progress.epoch < until_epoch
        ]:
            update = min(fit.progress.update for fit in running)
            _update_together([fit for fit in running if fit.progress.update == update], bar)
            if time.monotonic() - saved_at > SECONDS_BETWEEN_STATES:
                for fit in running:
                    fit.save()
                saved_at = time.monotonic()
    for fit in fits:
        fit.save()


def _update_together(fits: Sequence[Fit], bar: tqdm) -> None:
    """One update of fits that have made equally many updates, and validation if it ends the epoch."""
    started_at = time.monotonic()
    first = fits[0]
    order = first.epoch_order()[first.progress.batch]
    rng = generator(first.recipe.seed, "noise", first.progress.update)
    batch = first.batch(order, rng)
    num_frames = int(batch.mask.sum())
    for fit in fits:
        fit.set_learning_rate()
    with matrix_products(first.recipe.optimiser):
        nats = update(
            [fit.model for fit in fits], [fit.optimiser for fit in fits],
            batch.to(first.options.device), first.recipe, rng,
        )  # fmt: skip
    for fit, value in zip(fits, nats.tolist(), strict=True):
        fit.add(value, num_frames)
    ending = [fit for fit in fits if not fit.progress.diverged and fit.progress.batch == fit.num_batches()]
    scores = score_population([fit.scored for fit in ending], first.valid) if ending else []
    for fit in fits:
        fit.progress.seconds += (time.monotonic() - started_at) / len(fits)
    for fit, score in zip(ending, scores, strict=True):
        fit.end_epoch(score.nats_per_frame)
    bar.update(max(0, first.progress.update - bar.n))
    if ending:
        _show(ending, bar)


def _show(fits: Sequence[Fit], bar: tqdm) -> None:
    best = min(fits, key=lambda fit: fit.progress.best_valid or math.inf).progress
    curve = best.curve
    if curve.update:
        said = {"train": curve.train_nats_per_frame[-1], "valid": curve.valid_nats_per_frame[-1]}
        figures = [f"{name} {fits[0].figure(nats):.3f}" for name, nats in said.items()]
        lowest = fits[0].figure(best.best_valid)
        bar.set_postfix_str(f"epoch {best.epoch}, {', '.join(figures)}, best {lowest:.3f} {fits[0].unit}")
