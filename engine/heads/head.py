"""Head and Distribution: from the hidden state and the step's input to probabilities of the next frame.

Conventions
    h         shape (*axes, hidden), the output of the last cell
    x         shape (*axes, input), the input of this step
    frame     shape (*axes, event); an event is one number of it: whether a pitch sounds, or a sample of sound
    uniforms  float64, above 0 and below 1, shape (*axes, num_uniforms)
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.registry import require_positive


class Distribution(ABC):
    """A distribution over one frame for every element of the leading axes.

    It is not one of ``torch.distributions``, because those draw from the process-wide generator: two
    visitors would disturb each other's seeds. Here a draw is a function of the given uniform numbers.
    """

    is_discrete: bool = False
    """For samples alone: whether ``log_prob`` is the logarithm of a probability, and not of a density."""
    num_uniforms: int
    """How many uniform numbers a draw of one frame takes; the last ``frame_size`` of them belong to its
    events, in order."""

    @abstractmethod
    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Log-probability (or log-density) of the frame in nats, summed over the event."""

    @abstractmethod
    def sample(self, uniforms: Float[Tensor, "*axes uniforms"]) -> Float[Tensor, "*axes event"]:
        """The frame that these uniform numbers draw."""

    @abstractmethod
    def repeated(self, count: int) -> "Distribution":
        """The same ``count`` times, along a new last leading axis, for ``count`` draws."""

    def marginals(self) -> Float[Tensor, "*axes event"] | None:
        """The probability of each binary event, if known exactly; None if only draws can estimate it."""
        return None

    def dropped(self, drop: Callable[[Tensor], Tensor]) -> "Distribution":
        """This distribution with ``drop`` (dropout, while fitting) on its own hidden units, if any."""
        return self

    @abstractmethod
    def temper(self, temperature: float) -> "Distribution":
        """Sharper below 1, flatter above; ``temper(1)`` is the identity."""


class Head(nn.Module, ABC):
    """Maps the hidden state, ``hidden_size`` numbers, and the step's input to a Distribution over a frame.

    Parameters are zero until ``initialise`` or until weights are loaded.

    Raises:
        InvalidValueError: a size is not a positive integer.
    """

    events: str
    """The kind of what its frames hold, as in Representation.events: ``"notes"`` or ``"samples"``."""
    input_size: int | None = None
    """Numbers in the input x of a step; None for a head that does not read it."""
    chooses_highest_first: bool = False
    """Whether its distribution decides pitch after pitch from the highest, as NoteList does."""
    is_joint: bool = False
    """Whether each event of a frame is drawn given those drawn before, not only a component."""

    def __init__(self, hidden_size: int, frame_size: int):
        super().__init__()
        require_positive(hidden_size=hidden_size, frame_size=frame_size)
        self.hidden_size = hidden_size
        self.frame_size = frame_size

    @property
    def weights(self) -> dict[str, Tensor]:
        """The parameters by name, for quick steps: nn.Module's own lookup costs as much as a small gate."""
        return self._parameters

    @abstractmethod
    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> Distribution:
        """The distribution of the frame that follows, for any leading axes."""

    @abstractmethod
    def initialise(self, rng: torch.Generator) -> None:
        """Draw fresh weights from ``rng``."""
