"""RankingSection: one corpus's ranking by ear as HTML, with who won over whom, and likelihood beside it."""

import html
from collections.abc import Iterable

from engine.listening import CorpusAnalysis, Ranking, Standing
from engine.rendering import IntervalPoint, interval_svg
from engine.words import counted, signed
from pages.house import PlayerNames

NONE = "–"


def ranking_section(part: CorpusAnalysis, names: PlayerNames) -> str:
    """The section as HTML."""
    ranking, corpus = part.ranking, html.escape(names.corpus(part.corpus))
    badge = '<span class="board-badge">preliminary</span>' if ranking.is_preliminary else ""
    counts = f"{counted(ranking.num_votes, 'vote')} of {counted(ranking.num_listeners, 'listener')}"
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in ranking.notes)
    return (
        f'<section class="board-part" data-corpus="{html.escape(part.corpus)}" aria-label="{corpus}">'
        f"<header><h2>{corpus}{badge}</h2><p>{counts}</p></header>"
        f"<p class=board-said>{html.escape(said_of(ranking, names))}</p>"
        f"{_glance(ranking, names)}"
        f"<details><summary>Figures, and who won over whom</summary>"
        f"{_standings(ranking, names, corpus)}"
        f'<ul class="board-notes">{notes}</ul>'
        f"{_win_matrix(ranking, names, corpus)}{_agreement(part, names)}</details></section>"
    )


def said_of(ranking: Ranking, names: PlayerNames) -> str:
    """What the votes say, in a sentence; empty where they say nothing of a model."""
    models = [one for one in ranking.standings if not one.is_reference and one.compared]
    if not models:
        return ""
    best, *others = models
    if best.is_preliminary:
        return "There are too few votes yet to say which model is preferred."
    alike = [names.short(one.player) for one in others if set(one.group) & set(best.group)]
    sure = f"; so far it cannot be told from {' or '.join(alike)}" if alike else ""
    share = f"{100 * best.won / best.compared:.0f} % of its comparisons"
    return f"Of the models {names.short(best.player)} was preferred most, in {share}{sure}."


def _glance(ranking: Ranking, names: PlayerNames) -> str:
    """The picture that comes first; screen readers are given its table."""
    span = _span(ranking)
    rows = (
        f"<li{' class=board-reference' * one.is_reference}>"
        f"<span>{html.escape(names.short(one.player))}</span>"
        f'<div class="board-bar">{_bar(one, span)}</div></li>'
        for one in ranking.standings
    )
    return (
        f'<ol class="board-glance" aria-hidden="true">{"".join(rows)}</ol>'
        '<p class="board-axis" aria-hidden="true"><span>preferred less often</span>'
        "<span>more often</span></p>"
    )


def _span(ranking: Ranking) -> tuple[float, float]:
    """From the lowest to the highest of all that is shown, and zero."""
    ends = [end for one in ranking.standings for end in (one.strength, one.low, one.high) if end is not None]
    return min([*ends, 0.0]), max([*ends, 0.0])


def scrolling_table(caption: str, head: Iterable[str], rows: Iterable[str], is_quiet: bool = False) -> str:
    """A table in a box of its own, in which it scrolls where it is too wide.

    Args:
        caption: HTML.
        head: headings of the columns, HTML.
        rows: whole rows, HTML.
        is_quiet: whether the caption is for those alone who do not see the table.
    """
    cells = "".join(f'<th scope="col">{text}</th>' for text in head)
    quiet = ' class="board-unseen"' * is_quiet
    return (
        f'<div class="board-scroll" role="region" aria-label="{caption}" tabindex="0"><table>'
        f"<caption{quiet}>{caption}</caption><thead><tr>{cells}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _standings(ranking: Ranking, names: PlayerNames, corpus: str) -> str:
    span = _span(ranking)
    head = (
        "Model",
        "Strength",
        '<span class="board-unseen">Strength as a picture</span>',
        "Group",
        "Votes",
        "Won",
    )
    rows = [_standing(one, names, span) for one in ranking.standings]
    return scrolling_table(f"Preferred by ear, {corpus}", head, rows, is_quiet=True)


def _standing(one: Standing, names: PlayerNames, span: tuple[float, float]) -> str:
    interval = (
        NONE
        if one.low is None or one.high is None
        else f"{signed(one.low, '+.2f')} to {signed(one.high, '+.2f')}"
    )
    kinds = {"reference": one.is_reference, "preliminary": one.is_preliminary}
    marks = "".join(f"<small>{kind}</small>" for kind, holds in kinds.items() if holds)
    caveat = f"<em>{html.escape(one.caveat)}</em>" * bool(one.caveat)
    return (
        f'<tr data-player="{html.escape(one.player)}"{" class=board-reference" * one.is_reference}>'
        f'<th scope="row"><div>{html.escape(names.title(one.player))}{marks}{caveat}</div></th>'
        f'<td class="board-strength">{_strength(one.strength)}<small>{interval}</small></td>'
        f'<td class="board-bar" aria-hidden="true">{_bar(one, span)}</td>'
        f"<td>{one.group or NONE}</td><td>{one.votes:,}</td><td>{won_of(one.won, one.compared)}</td></tr>"
    )


def _bar(one: Standing, span: tuple[float, float]) -> str:
    """The interval as a line, the strength as a dot, and where zero is."""
    least, most = span

    def place(value: float) -> float:
        return 100 * (value - least) / ((most - least) or 1)

    line = ""
    if one.low is not None and one.high is not None:
        start, end = place(one.low), place(one.high)
        line = f'<i style="left:{start:.1f}%;width:{end - start:.1f}%"></i>'
    zero, dot = (f'style="left:{place(value):.1f}%"' for value in (0, one.strength))
    return f"<div><s {zero}></s>{line}<b {dot}></b></div>"


def won_of(won: float, compared: float) -> str:
    """``62 %`` and the counts; a dash of nothing."""
    if not compared:
        return NONE
    return f"{100 * won / compared:.0f} %<small>{won:g} of {compared:g}</small>"


def _win_matrix(ranking: Ranking, names: PlayerNames, corpus: str) -> str:
    players = [one.player for one in ranking.standings]
    head = [
        '<span class="board-unseen">Row won over column</span>',
        *(html.escape(names.short(player)) for player in players),
    ]
    rows = []
    for place, player in enumerate(players):
        cells = []
        for other in range(len(players)):
            won, compared = (
                ranking.wins[place][other],
                ranking.wins[place][other] + ranking.wins[other][place],
            )
            mark = ' class="board-more"' if 2 * won > compared else ""
            cells.append(f"<td{mark}>{won_of(won, compared)}</td>")
        name = html.escape(names.short(player))
        rows.append(f'<tr><th scope="row"><div>{name}</div></th>{"".join(cells)}</tr>')
    table = scrolling_table(f"How often the row won over the column, {corpus}", head, rows, is_quiet=True)
    ties = " Ties are half a win for each side." if ranking.num_ties else ""
    return f"<h3>Who won over whom</h3><p>How often the row won over the column.{ties}</p>{table}"


def _agreement(part: CorpusAnalysis, names: PlayerNames) -> str:
    agreement = part.agreement
    sentence = f"<p>{html.escape(agreement.sentence)}</p>"
    heading = "<h3>Preference and likelihood</h3>"
    if not agreement.points:
        return f"{heading}{sentence}"
    points = [
        IntervalPoint(names.short(point.model), point.nats, point.strength, point.low, point.high)
        for point in agreement.points
    ]
    unit = names.unit(agreement.points[0].model)
    picture = interval_svg(
        points,
        f"{unit} on the test split, lower is likelier",
        "strength by ear, higher is preferred",
        f"Preference and likelihood, {names.corpus(part.corpus)}",
    )
    missing = ", ".join(html.escape(names.title(model)) for model in agreement.missing)
    also = f"<p>Not in the picture, since no likelihood is known here: {missing}.</p>" if missing else ""
    return f'{heading}{sentence}<div class="board-picture">{picture}</div>{also}'


def _strength(value: float) -> str:
    return signed(value, "+.2f")
