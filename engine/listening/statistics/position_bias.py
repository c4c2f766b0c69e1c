"""PositionBias: do listeners favour a side whatever is played, or hear differences that are not there?

A catch trial plays one clip against itself; the right answer is a tie. If a side is chosen nevertheless, it
is A half the time unless listeners favour a side.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.listening.statistics.exact_tests import ExactTest, exact_test
from engine.listening.trial import Vote

SIDE_CHOICES = ("0", "1")


@dataclass(frozen=True)
class PositionBias:
    """How often A was chosen.

    Args:
        num_catches: catch trials that were answered.
        catches: how often A was chosen in catch trials, if a side was chosen at all; None if it never was.
        others: the same for all other preferences; each source is as often A as B, so A should win half.
    """

    num_catches: int
    catches: ExactTest | None
    others: ExactTest | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """A sentence on guessing, and one on all other preferences if there are any."""
        if not self.num_catches:
            said = ["No catch trial was answered, so nothing can be said about guessing."]
        elif self.catches is None:
            said = [f"Guessing: in none of {self.num_catches} catch trials was a difference heard."]
        else:
            said = [
                f"Guessing: in {self.catches.trials} of {self.num_catches} catch trials a side was chosen "
                f"though both played one clip; A in {self.catches.words}."
            ]
        if self.others is not None:
            leaning = "lean to one side" if self.others.is_significant else "do not lean to a side"
            said.append(f"All other preferences {leaning}: A was chosen in {self.others.words}.")
        return tuple(said)


def position_bias(catches: Collection[Vote], preferences: Collection[Vote]) -> PositionBias:
    """The bias in catch trials and in all other preferences: two-sided, taking answers as independent."""
    return PositionBias(len(catches), _share_of_first(catches), _share_of_first(preferences))


def _share_of_first(votes: Iterable[Vote]) -> ExactTest | None:
    sides = [vote.answer.choice for vote in votes if vote.answer.choice in SIDE_CHOICES]
    return exact_test(sides.count("0"), len(sides), "two-sided") if sides else None
