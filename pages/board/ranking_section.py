"""RankingSection: one corpus's ranking by ear as HTML, with who won over whom, and likelihood next to it."""

from dataclasses import dataclass
from pathlib import Path

from engine.listening import CorpusAnalysis, Ranking
from engine.rendering import IntervalPoint, interval_svg
from engine.words import counted, signed
from pages.house import PlayerNames, rendered

RANKING_TEMPLATE = Path(__file__).with_name("ranking_section.html.jinja")


@dataclass(frozen=True)
class StrengthScale:
    """The strengths that a picture spans, from its left edge to its right.

    Args:
        lowest, highest: the ends; equal where there is nothing to tell apart.
    """

    lowest: float
    highest: float

    @classmethod
    def of(cls, ranking: Ranking) -> "StrengthScale":
        """From the lowest to the highest of all strengths and intervals, and zero."""
        ends = [0.0]
        for standing in ranking.standings:
            ends += [end for end in (standing.strength, standing.low, standing.high) if end is not None]
        return cls(min(ends), max(ends))

    def place(self, strength: float) -> float:
        """Where a strength lies, in per cent from the left."""
        return 100 * (strength - self.lowest) / ((self.highest - self.lowest) or 1)


def ranking_section(part: CorpusAnalysis, names: PlayerNames) -> str:
    """The section as HTML."""
    return rendered(
        RANKING_TEMPLATE,
        part=part,
        names=names,
        said=said_of(part.ranking, names),
        scale=StrengthScale.of(part.ranking),
        picture=likelihood_picture(part, names),
        counted=counted,
        signed=signed,
    )


def said_of(ranking: Ranking, names: PlayerNames) -> str:
    """What the votes say, in a sentence; empty where no model was compared."""
    models = [standing for standing in ranking.standings if not standing.is_reference and standing.compared]
    if not models:
        return ""
    best, *others = models
    if best.is_preliminary:
        return "There are too few votes yet to say which model is preferred."
    alike = [names.short(model.player) for model in others if set(model.group) & set(best.group)]
    sure = f"; so far it cannot be told from {' or '.join(alike)}" if alike else ""
    share = f"{100 * best.won / best.compared:.0f} % of its comparisons"
    return f"Of the models {names.short(best.player)} was preferred most, in {share}{sure}."


def likelihood_picture(part: CorpusAnalysis, names: PlayerNames) -> str:
    """Strength against likelihood as SVG; empty where no model has both."""
    if not part.agreement.points:
        return ""
    points = [
        IntervalPoint(names.short(point.model), point.nats, point.strength, point.low, point.high)
        for point in part.agreement.points
    ]
    unit = names.unit(part.agreement.points[0].model)
    return interval_svg(
        points,
        f"{unit} on the test split, lower is likelier",
        "strength by ear, higher is preferred",
        f"Preference and likelihood, {names.corpus(part.corpus)}",
    )
