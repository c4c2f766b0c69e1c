"""Covariates: what differed between clips besides the model; strengths are not corrected for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from engine.listening.statistics.exact_tests import ExactTest, exact_test
from engine.listening.statistics.position_bias import SIDE_CHOICES
from engine.listening.trial import Vote

HEARD_DECIBELS = 0.1  # smaller differences are rounding


@dataclass(frozen=True)
class Covariates:
    """What differed between the clips of preference trials in which a side was chosen.

    Args:
        num_measured: trials in which the loudness of both clips is known.
        median_decibels, largest_decibels: difference in loudness that the gains left between the two clips.
        louder: how often the louder clip was chosen where they differ by HEARD_DECIBELS or more; None if
            they never do.
        seconds: shortest, median and longest length of the clips; both clips of a trial are equally long.
    """

    num_measured: int
    median_decibels: float | None
    largest_decibels: float | None
    louder: ExactTest | None
    seconds: tuple[float, float, float] | None

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Name and figure of each line of the table."""
        if self.seconds is None:
            return ()
        least, middle, most = self.seconds
        rows = [("Length of the clips", f"{least:.1f} to {most:.1f} s, median {middle:.1f} s")]
        if self.median_decibels is not None:
            left = f"median {self.median_decibels:.2f} dB, largest {self.largest_decibels:.2f} dB"
            rows.append((f"Loudness left over in {self.num_measured} trials", left))
        if self.louder is not None:
            rows.append((f"The louder clip won, from {HEARD_DECIBELS:g} dB on", self.louder.words))
        return tuple(rows)


def covariates_of(votes: Iterable[Vote]) -> Covariates:
    """The covariates of preferences that are not catch trials."""
    chosen = [vote for vote in votes if vote.answer.choice in SIDE_CHOICES]
    lengths = [vote.trial.seconds for vote in chosen]
    excesses = [excess for vote in chosen if (excess := _excess_of_the_chosen(vote)) is not None]
    sizes = [abs(excess) for excess in excesses]
    heard = [excess > 0 for excess in excesses if abs(excess) >= HEARD_DECIBELS]
    return Covariates(
        num_measured=len(sizes),
        median_decibels=median(sizes) if sizes else None,
        largest_decibels=max(sizes) if sizes else None,
        louder=exact_test(sum(heard), len(heard), "two-sided") if heard else None,
        seconds=(min(lengths), float(median(lengths)), max(lengths)) if lengths else None,
    )


def _excess_of_the_chosen(vote: Vote) -> float | None:
    """How many decibels louder the chosen clip was, as played; None if a loudness is unknown."""
    first, second = vote.trial.lanes
    if first.lufs is None or second.lufs is None:
        return None
    excess = (first.lufs + first.gain_decibels) - (second.lufs + second.gain_decibels)
    return excess if vote.answer.choice == "0" else -excess
