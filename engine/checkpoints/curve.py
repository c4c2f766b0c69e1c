"""Curve: how a fit went from epoch to epoch, kept next to the weights as curve.json.

Conventions
    curve.json   one object of lists, each with one entry for every epoch
    nats         negative log-likelihood, lower is better; a frame of speech is one step of the model
"""

from pathlib import Path

from pydantic import ValidationError, model_validator

from engine.checkpoints.checkpoint import CHECKPOINTS, available
from engine.errors import CheckpointError, UnknownNameError
from engine.strict import Strict, first_problem

CURVE_FILE = "curve.json"


class Curve(Strict):
    """A learning curve.

    Args:
        update: optimiser updates from the start of the fit to the end of the epoch.
        seconds: time spent fitting and validating so far.
        train_nats_per_frame: pooled over the epoch, as seen while fitting, with the recipe's noise.
        valid_nats_per_frame: pooled over the validation split, at the end of the epoch, without noise: of
            the network alone, in the written key, without memories; with averaged weights where the recipe
            has them.
    """

    update: tuple[int, ...]
    seconds: tuple[float, ...]
    train_nats_per_frame: tuple[float, ...]
    valid_nats_per_frame: tuple[float, ...]

    @model_validator(mode="after")
    def _lists_are_equally_long(self) -> "Curve":
        lengths = {name: len(getattr(self, name)) for name in Curve.model_fields}
        if len(set(lengths.values())) != 1 or 0 in lengths.values():
            raise ValueError(f"every list needs one entry for each epoch; lengths are {lengths}")
        return self

    @property
    def final_fall(self) -> float:
        """How many nats an epoch validation fell over the last tenth of the epochs (one or more); below 0 if
        it rose, 0 for a single epoch."""
        nats = self.valid_nats_per_frame
        epochs = max(1, len(nats) // 10)
        return (nats[-epochs - 1] - nats[-1]) / epochs if len(nats) > epochs else 0.0

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the lowest validation (the first such); another may be kept."""
        return 1 + self.valid_nats_per_frame.index(min(self.valid_nats_per_frame))


def read_curve(name: str, folder: Path = CHECKPOINTS) -> Curve:
    """The learning curve of a checkpoint, checked.

    Raises:
        UnknownNameError: there is no such checkpoint.
        CheckpointError: it has no curve, or one that cannot be used.
    """
    if name not in available(folder):
        raise UnknownNameError("checkpoint", name, available(folder))
    try:
        return Curve.model_validate_json((folder / name / CURVE_FILE).read_bytes())
    except OSError as error:
        raise CheckpointError(
            f"{CURVE_FILE} of {name!r} cannot be read ({error.strerror}): restore the folder"
        ) from None
    except ValidationError as error:
        place, said = first_problem(error)
        raise CheckpointError(
            f"{CURVE_FILE} of {name!r} cannot be used: {place}: {said.lower()}: "
            "restore it or fit the model again"
        ) from None
