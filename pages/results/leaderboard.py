"""Leaderboard: every published figure of the music and ours among them, one corpus at a time.

Nothing here needs a script: corpora are chosen by radio buttons and rows by boxes, which the style sheet
reads. Where a browser cannot, all rows are there.
"""

import html
from collections.abc import Collection, Sequence
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote

from pages.results.published import Entry, Published, Source
from pages.results.results_table import NONE, PLACES

SHOWN = 12  # rows at first; ours are always shown
HEADING = "Every published figure"
HOW_TO_READ = (
    "Test split, nats per frame, lower is better. Only exact figures can be ranked: a bound (≤) lies at or "
    "above the exact figure, an estimate (≈) on either side of it. A figure is read in the paper, read in "
    "a later paper, which is named, or <em>recalled</em>, and then to be verified. Papers differ in how "
    "they average and whether the first frame counts; ours are pooled over all frames."
)
APART = "Other frames or another split: not to be compared"
KNOWN = {"read": "read", "recalled": "recalled", "computed": "computed here"}
HEAD = ("Model", "Nats", "Kind", "Known", "Average", "Parameters", "Source")


def leaderboard(boards: Sequence[Published], playable: Collection[str]) -> str:
    """The section as HTML; empty where there is no figure.

    Args:
        playable: names of the checkpoints that can be opened; their rows have a button.
    """
    found = [board for board in boards if board.entries]
    if not found:
        return ""
    tabs = "".join(_tab(board, board is found[0], playable) for board in found)
    boxes = "".join(
        f'<label><input type="checkbox" id="boards-{name}">{words}</label>'
        for name, words in (("exact", "Exact only"), ("all", "Show all"))
    )
    return (
        f'<section class="boards" aria-label="{HEADING}">'
        f"<header><h2>{HEADING}</h2><p>{HOW_TO_READ}</p></header>"
        f'<div class="boards-body">{tabs}<div class="boards-boxes">{boxes}</div></div></section>'
    )


def _tab(board: Published, is_first: bool, playable: Collection[str]) -> str:
    """A corpus's button, and what it brings to sight."""
    corpus, title = html.escape(board.corpus), html.escape(board.title)
    button = (
        f'<input type="radio" name="board" id="board-{corpus}"{" checked" * is_first}>'
        f'<label class="boards-tab" for="board-{corpus}">{title}</label>'
    )
    head = "".join(f'<th scope="col">{words}</th>' for words in HEAD)
    exact = sum(entry.kind == "exact" for entry in board.entries)
    parts = groupby(board.entries, attrgetter("comparable"))
    bodies = "".join(_part(board.title, list(entries), playable) for _, entries in parts)
    return (
        f'{button}<div class="board" data-board="{corpus}"><table><caption>{title}, nats per frame</caption>'
        f"<thead><tr>{head}</tr></thead>{bodies}</table>"
        f'<label class="boards-more" for="boards-all">'
        f'<span class="boards-num">Show all {len(board.entries)} figures</span>'
        f'<span class="boards-num-exact">Show all {exact} exact figures</span>'
        '<span class="boards-fewer">Show fewer</span></label></div>'
    )


def _part(title: str, entries: list[Entry], playable: Collection[str]) -> str:
    """Rows that can be compared with each other, or those that cannot, under a line that says so."""
    is_apart = not entries[0].comparable
    rows, exact = [], 0
    for place, entry in enumerate(entries):
        own = entry.checkpoint is not None
        marks = {
            "board-ours": own,
            "board-below": own and place >= SHOWN,
            "far": not own and (is_apart or place >= SHOWN),
            "far-exact": not own and (is_apart or exact >= SHOWN),
        }
        exact += entry.kind == "exact"
        rows.append(_row(title, entry, "".join(f" {name}" for name in marks if marks[name]), playable))
    heading = (
        f'<tr class="board-apart far far-exact"><th colspan="{len(HEAD)}" scope="rowgroup">{APART}</th></tr>'
    )
    return f"<tbody>{heading * is_apart}{''.join(rows)}</tbody>"


def _row(title: str, entry: Entry, marks: str, playable: Collection[str]) -> str:
    note = f"<small>{html.escape(entry.note)}</small>" if entry.note else ""
    model = f"<div><span>{_method(entry)}</span>{_opening(title, entry, playable)}</div>{note}"
    cells = {
        "nats": html.escape(entry.figure),
        "kind": f'<span data-kind="{entry.kind}">{entry.kind}</span>',
        "known": f'<span data-known="{entry.known}">{html.escape(_known(entry))}</span>',
        "average": html.escape(entry.average),
        "parameters": NONE if entry.parameters is None else rounded(entry.parameters),
        "source": _source(entry.source),
    }
    rest = "".join(
        f'<td class="board-{name}{" board-none" * (text == NONE)}">{text}</td>'
        for name, text in cells.items()
    )
    return (
        f'<tr class="board-row{marks}" data-kind="{entry.kind}">'
        f'<th scope="row" class="board-model">{model}</th>{rest}</tr>'
    )


def _method(entry: Entry) -> str:
    return html.escape(entry.method.replace("'", "’"))


def _known(entry: Entry) -> str:
    return f"read in {entry.read_in}" if entry.known == "cited" else KNOWN[entry.known]


def rounded(parameters: int) -> str:
    """To two figures, since most papers say no more: ``20 k``, ``1.4 M``."""
    size, unit = (parameters / 1e6, "M") if parameters >= 999_500 else (parameters / 1e3, "k")
    return f"{size:.1f} {unit}" if size < 10 and unit == "M" else f"{size:.0f} {unit}"


def _source(source: Source | None) -> str:
    if source is None:
        return "Earshot"
    name, citation = html.escape(source.name), html.escape(source.citation)
    if source.url is None or not source.url.startswith("https://"):
        return f'<span title="{citation}">{name}</span>'
    link = html.escape(source.url)
    return f'<a href="{link}" title="{citation}" target="_blank" rel="noopener">{name}</a>'


def _opening(title: str, entry: Entry, playable: Collection[str]) -> str:
    """A button that opens our model, if it is there to be opened."""
    if entry.checkpoint is None or entry.checkpoint not in playable:
        return ""
    address, page = PLACES["play"]
    link = html.escape(f"{address}?model={quote(entry.checkpoint)}")
    says = html.escape(f"Hear {title}, ") + _method(entry).removeprefix("Earshot, ") + f": opens {page}"
    return f'<a class="results-open" href="{link}" aria-label="{says}" title="{says}">Hear</a>'
