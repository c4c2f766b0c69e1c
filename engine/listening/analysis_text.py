"""An analysis as plain text, for a terminal."""

from collections.abc import Iterator

from engine.listening.analysis import Analysis, CorpusAnalysis
from engine.listening.statistics.exact_tests import interval_words
from engine.listening.statistics.ranking import Ranking, Standing
from engine.words import counted

WHAT_LETTERS_MEAN = (
    "Two that share a letter cannot be separated, two that do not can be, at 5 % for all pairs together."
)


def analysis_text(analysis: Analysis) -> str:
    """All figures with their intervals, a part for each question that was asked."""
    return "\n".join(_lines(analysis))


def _lines(analysis: Analysis) -> Iterator[str]:
    yield f"{counted(analysis.num_records, 'trial')} from {counted(analysis.num_listeners, 'listener')}"
    for part in analysis.corpora:
        yield from ("", f"Preference among models of {part.corpus}", *_ranking(part))
    if analysis.abx:
        yield from ("", "ABX")
    for test in analysis.abx:
        yield f"  {' and '.join(test.sources)} ({test.corpus}), listener {test.listener}: {test.sentence}"
        if test.result is not None:
            interval = interval_words(test.result.low, test.result.high)
            yield f"    {100 * test.result.share:.0f} % right, 95 % interval {interval}"
    if analysis.detections:
        yield from (
            "",
            "Real or model?",
            *(f"  {detection.corpus}: {detection.sentence}" for detection in analysis.detections),
        )
    yield from ("", "Sides", *(f"  {sentence}" for sentence in analysis.position.sentences))
    if rows := analysis.covariates.rows:
        yield from ("", "What else differed", *(f"  {name}: {text}" for name, text in rows))
    left_out = [f"  {count:5} {reason}" for reason, count in analysis.excluded.items()]
    yield from ("", "Left out of the strengths", *(left_out or ["  nothing"]))


def _ranking(part: CorpusAnalysis) -> Iterator[str]:
    ranking = part.ranking
    width = max(len(standing.player) for standing in ranking.standings)
    yield f"  {counted(ranking.num_votes, 'vote')} from {counted(ranking.num_listeners, 'listener')}"
    yield f"  {'':{width}}  strength  95 % interval     group  votes  won"
    for standing in ranking.standings:
        start = f"  {standing.player:{width}}  {standing.strength:+8.2f}  {_interval(standing):16}"
        won = f"{standing.won:g} of {standing.compared:g}"
        yield f"{start}  {standing.group or '–':5}  {standing.votes:5}  {won}"
        if standing.caveat:
            yield f"  {'':{width}}  {standing.caveat}"
    yield from (f"  {note}" for note in (WHAT_LETTERS_MEAN, *ranking.notes))
    yield from ("  Row won over column:", *_win_matrix(ranking, width))
    yield f"  Likelihood: {part.agreement.sentence}"
    for point in part.agreement.points:
        start = f"    {point.model:{width}}  {point.nats:.3f} nats on the test split"
        yield f"{start}, strength {point.strength:+.2f}"


def _interval(standing: Standing) -> str:
    return (
        "–"
        if standing.low is None or standing.high is None
        else f"{standing.low:+.2f} to {standing.high:+.2f}"
    )


def _win_matrix(ranking: Ranking, width: int) -> Iterator[str]:
    heads = [f"{number}" for number in range(1, len(ranking.standings) + 1)]
    yield f"    {'':{width + 4}}" + "".join(f"{head:>7}" for head in heads)
    for number, (standing, row) in enumerate(zip(ranking.standings, ranking.wins, strict=True)):
        cells = ["–" if number == place else f"{won:g}" for place, won in enumerate(row)]
        yield f"    {heads[number]:>2}  {standing.player:{width}}" + "".join(f"{cell:>7}" for cell in cells)
