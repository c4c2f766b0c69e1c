"""Settings: the parts of a recipe besides its model, each checked and each with the paper's defaults."""

from typing import Literal

from pydantic import Field

from engine.strict import Strict


class Settings(Strict):
    """Values that refuse unknown keys, other types, and numbers out of range."""


class Optimiser(Settings):
    """How weights are moved against the mean over the batch of each sequence's summed nats.

    Args:
        method: RMSProp as in the paper, or Adam with weight decay apart from the gradient (Loshchilov and
            Hutter 2019, arXiv 1711.05101).
        learning_rate: step size, before warm-up and fall reduce it.
        warm_up: updates in which the rate rises linearly from 0.
        final_share: what is left of the rate at the end of max_epochs; it falls linearly. 1 keeps it.
        decay: of the running mean of squared gradients.
        epsilon: added to its root, so that a weight with small gradients takes small steps.
        momentum: share of the step before that each step keeps; in Adam, decay of the mean of gradients.
        weight_decay: share of a weight that a step takes away, times the learning rate; Adam alone.
        batch_size: sequences an update.
        chunk_frames: frames of the parts in which sequences are read: gradients stay within a part, and the
            optimiser steps after each; None for whole sequences.
        weight_noise: standard deviation of the noise on the recurrent layers' weights.
        max_gradient_norm: longer gradients are shortened to this.
        products: what the factors of matrix products are rounded to while fitting; "bfloat16" makes large
            models twice as fast on processors that have it, and small ones slower.
    """

    method: Literal["rmsprop", "adamw"] = "rmsprop"
    learning_rate: float = Field(default=1e-3, gt=0)
    warm_up: int = Field(default=0, ge=0)
    final_share: float = Field(default=1.0, gt=0, le=1)
    decay: float = Field(default=0.9, ge=0, lt=1)
    epsilon: float = Field(default=1e-8, gt=0)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0)
    batch_size: int = Field(default=16, ge=1)
    chunk_frames: int | None = Field(default=None, ge=1)
    weight_noise: float = Field(default=0.075, ge=0)
    max_gradient_norm: float = Field(default=1.0, gt=0)
    products: Literal["float32", "bfloat16"] = "float32"


class Regularisation(Settings):
    """What keeps a large model from learning the training split by heart; the paper has none of it.

    Args:
        dropout: share of each cell's outputs that is left out before the next cell or the head reads them.
        list_dropout: the same share within a joint head, of the numbers from which each choice is made.
        transposition: most semitones by which pieces are transposed, anew each time they are read.
        written_epochs: epochs at the start without transposition: what recurs in a piece is found sooner in
            one key.
        averaging: decay of the running mean of weights that is scored and kept; 0 takes the last ones.
        read_noise: share of the frames in which notes are flipped where they are read, though not where they
            are predicted (``disturbed``): a model that has read odd frames finds the way back from its own.
        loudness: most decibels by which sound is made louder or quieter, anew each time it is read.
        hiss: most noise on the sound that is read, though not on the sound that is predicted, as a share of
            a frame's loudness (``hissing``).
        any_start: whether a stream of sound begins at a random frame, anew each time, and wraps round.
    """

    dropout: float = Field(default=0.0, ge=0, lt=1)
    list_dropout: float = Field(default=0.0, ge=0, lt=1)
    transposition: int = Field(default=0, ge=0, le=11)
    written_epochs: int = Field(default=0, ge=0)
    averaging: float = Field(default=0.0, ge=0, lt=1)
    read_noise: float = Field(default=0.0, ge=0, le=1)
    loudness: float = Field(default=0.0, ge=0, le=40)
    hiss: float = Field(default=0.0, ge=0, le=1)
    any_start: bool = False
