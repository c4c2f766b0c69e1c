"""AnalysisText: an analysis in plain text, for a terminal."""

from collections.abc import Iterator

from engine.listening.analysis import Analysis, CorpusAnalysis
from engine.listening.ranking import Ranking, Standing


def analysis_text(analysis: Analysis) -> str:
    """All figures with their intervals, a part for each question that was asked."""
    return "\n".join(_lines(analysis))


def _lines(analysis: Analysis) -> Iterator[str]:
    yield f"{analysis.num_records} trials of {analysis.num_listeners} listener{'s' * (analysis.num_listeners != 1)}"
    for part in analysis.corpora:
        yield from ("", f"Preference among models of {part.corpus}", *_ranking(part))
    if analysis.abx:
        yield from ("", "ABX")
        for test in analysis.abx:
            yield f"  {' and '.join(test.sources)} ({test.corpus}), listener {test.listener}: {test.sentence}"
            if test.result is not None:
                low, high = 100 * test.result.low, 100 * test.result.high
                yield f"    {100 * test.result.share:.0f} % right, 95 % interval {low:.0f} % to {high:.0f} %"
    if analysis.detections:
        yield from ("", "Real or model?")
        for one in analysis.detections:
            yield f"  {one.corpus}: {one.sentence}"
    yield from ("", "Sides", *(f"  {sentence}" for sentence in analysis.position.sentences))
    if analysis.covariates.rows:
        yield from ("", "What else differed", *(f"  {name}: {text}" for name, text in analysis.covariates.rows))
    yield from ("", "Left out")
    yield from (f"  {count:5} {reason}" for reason, count in analysis.excluded.items())
    if not analysis.excluded:
        yield "  nothing"


def _ranking(part: CorpusAnalysis) -> Iterator[str]:
    ranking = part.ranking
    width = max(len(one.player) for one in ranking.standings)
    yield f"  {ranking.num_votes} votes of {ranking.num_listeners} listener{'s' * (ranking.num_listeners != 1)}"
    yield f"  {'':{width}}  strength   95 % interval    group  votes     won"
    for one in ranking.standings:
        group = one.group or "–"
        won = f"{one.won:g} of {one.compared:g}"
        yield f"  {one.player:{width}}  {one.strength:+8.2f}  {_interval(one):16} {group:5}  {one.votes:5}  {won:>9}"
    yield "  Two that share a letter cannot be separated; all pairs together are tested at 5 %."
    yield from (f"  {note}" for note in ranking.notes)
    yield from ("  Row won over column:", *_win_matrix(ranking, width))
    yield f"  Likelihood: {part.agreement.sentence}"
    for point in part.agreement.points:
        yield f"    {point.model:{width}}  {point.nats:.3f} nats on the test split, strength {point.strength:+.2f}"


def _interval(one: Standing) -> str:
    return "–" if one.low is None or one.high is None else f"{one.low:+.2f} to {one.high:+.2f}"


def _win_matrix(ranking: Ranking, width: int) -> Iterator[str]:
    heads = [f"{number}" for number in range(1, len(ranking.standings) + 1)]
    yield f"    {'':{width + 4}}" + "".join(f"{head:>7}" for head in heads)
    for number, (one, row) in enumerate(zip(ranking.standings, ranking.wins, strict=True)):
        cells = ["–" if number == place else f"{won:g}" for place, won in enumerate(row)]
        yield f"    {heads[number]:>2}  {one.player:{width}}" + "".join(f"{cell:>7}" for cell in cells)
