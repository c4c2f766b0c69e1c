"""Board: what listeners preferred, beside what likelihood says; everybody's votes, and the visitor's own."""

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from engine.errors import EngineError
from engine.listening import Analysis, Record, analyse
from engine.words import counted
from pages.board.ranking_section import ranking_section, scrolling_table, won_of
from pages.house import (
    BOARD,
    LIGHT,
    Catalogue,
    PlayerNames,
    footer,
    hero,
    in_checkout,
    joined,
    sentence,
    visitor_state,
)
from pages.parts import Row, VoteFiles, styled, this_page, vote_file
from pages.shared import Shared

Read = Callable[[str | None], list[Record]]  # the votes of one visitor, by the id kept, or everybody's
Export = Callable[[], list[Row]]

HEADING = "What listeners prefer"
PROMISE = (
    "Each vote was given by ear, without knowing whose clip was which. Here are the models by what was "
    "preferred, with how sure that is, and beside it how likely they find music that they have never heard."
)
HOW_TO_READ = (
    "Strength is the natural logarithm of the odds to be preferred (Bradley–Terry); zero is the mean of a "
    "corpus’s models. A strength that is 0.7 higher is two wins for each loss.",
    "Of two that share a letter of their group it cannot be said who is the stronger; of two that do not it "
    "can, at 5 % for all pairs together.",
)
READ_MORE = "How all of it is computed, and how well it finds a known truth, stands in docs/listening.md."
EVERYBODY, OWN = "Everybody’s votes", "My votes"
TRIAL = (
    '<a class="board-trial" href="./compare">Listen to a trial</a>'  # relative: it holds behind a proxy too
)
NOTHING = {EVERYBODY: "There is no vote yet: yours would be the first.", OWN: "You have not voted yet."}


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks, over the votes of the app's own store."""

    def read(kept: str | None) -> list[Record]:
        return shared.store.records(None if kept is None else shared.visitors.listener(kept))

    lay_out(read, shared.store.export, visitor_state(), joined(shared.catalogues.values()))


def lay_out(read: Read, export: Export, visitor: gr.BrowserState, catalogue: Catalogue) -> None:
    """Lay the page out.

    Args:
        read: where votes come from.
        export: everybody's votes and deletions.
        visitor: holds the visitor's id, as the Compare page gives it; it must lie on this page.
        catalogue: all models, for their names and likelihoods.
    """
    names = PlayerNames(catalogue.cards)
    hero(HEADING, PROMISE)
    whose = gr.Radio(
        [EVERYBODY, OWN], value=EVERYBODY, label="Whose votes", show_label=False, container=False,
        elem_id="whose",
    )  # fmt: skip
    shown = styled("", Path(__file__).with_name("board.css"), "board")
    files = VoteFiles("Download these votes", elem_id="votes-files")
    footer()

    def show(whose: str, visitor: Any) -> str:
        return board_html(read, whose, visitor, names)

    def save(whose: str, visitor: Any, event: gr.EventData) -> dict[str, Any]:
        name = "earshot-my-votes" if whose == OWN else "earshot-votes"
        return vote_file(lambda: rows_of(read, export, whose, visitor), name, NOTHING.get(whose, ""), event)

    files.ask(save, [whose, visitor], files, **LIGHT)

    gr.on(
        [
            this_page().load,
            whose.change,
        ],  # one event, so that the last choice is shown last
        show,
        [whose, visitor],
        shown,
        trigger_mode="always_last",
        **BOARD,
    )


def how_to_read() -> tuple[str, ...]:
    """What helps to read the rankings; the document that says more lies in a checkout only."""
    return (*HOW_TO_READ, READ_MORE) if in_checkout() else HOW_TO_READ


def rows_of(read: Read, export: Export, whose: str, visitor: Any) -> list[Row]:
    """Rows of an export: everybody's with the deletions, or the visitor's own."""
    if whose != OWN:
        return export()
    own = read(visitor) if isinstance(visitor, str) and visitor else []
    return [record.model_dump(mode="json") for record in own]


def board_html(read: Read, whose: str, visitor: Any, names: PlayerNames) -> str:
    """All sections; one sentence and a link where there is nothing to show.

    Args:
        visitor: whatever a browser sends as its visitor's id.
    """
    is_own = whose == OWN
    try:
        known = isinstance(visitor, str) and visitor != ""
        records = read(visitor if is_own else None) if known or not is_own else []
        analysis = analyse(records, names.nats)
    except EngineError as error:
        return _message(html.escape(sentence(error)))
    if not records:
        return _message(f"{NOTHING[OWN if is_own else EVERYBODY]} {TRIAL}")
    parts = [ranking_section(part, names) for part in analysis.corpora]
    if not parts:
        parts = [_message(f"No models have been preferred to each other yet. {TRIAL}")]
    reading = _part("How to read this", _list(how_to_read()))
    return "".join([*parts, *_other_questions(analysis, names, is_own), _left_out(analysis), reading])


def _message(text: str) -> str:
    return f'<p class="board-message" role="status">{text}</p>'


def _part(heading: str, content: str) -> str:
    header = f"<header><h2>{heading}</h2></header>"
    return f'<section class="board-part" aria-label="{heading}">{header}{content}</section>'


def _other_questions(analysis: Analysis, names: PlayerNames, is_own: bool) -> list[str]:
    """What was asked besides preference, and what else may have moved a vote."""
    parts = []
    if analysis.abx_pairs:
        own = "".join(f"<li>{html.escape(test.sentence)}</li>" for test in analysis.abx) if is_own else ""
        parts.append(
            _part("Could they be told apart? (ABX)", _abx(analysis, names) + f"<ul>{own}</ul>" * bool(own))
        )
    if analysis.detections:
        sentences = (
            f"{names.corpus(one.corpus)}: {one.sentence_of(names.title(one.source))}"
            for one in analysis.detections
        )
        parts.append(_part("Real or model?", _list(sentences)))
    sides = _list(analysis.position.sentences)
    rows = [
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(text)}</td></tr>'
        for name, text in analysis.covariates.rows
    ]
    table = scrolling_table("What else differed between clips", ("What", "How much"), rows) if rows else ""
    return [*parts, _part("Guessing and sides", sides + table)]


def _abx(analysis: Analysis, names: PlayerNames) -> str:
    head = ("Corpus", "Pair", "Tests", "Right", "With p below 0.05")
    rows = []
    for pair in analysis.abx_pairs:
        sources = html.escape(" and ".join(names.short(source) for source in pair.sources))
        open_tests = f"<small>{pair.num_unfinished} not finished</small>" if pair.num_unfinished else ""
        told = f"{pair.num_told_apart} of {pair.num_finished}" if pair.num_finished else "–"
        rows.append(
            f'<tr><th scope="row">{html.escape(names.corpus(pair.corpus))}</th><td>{sources}</td>'
            f"<td>{pair.num_finished}{open_tests}</td><td>{won_of(pair.right, pair.trials)}</td>"
            f"<td>{told}</td></tr>"
        )
    note = (
        "<p>Of tests in which all is guessed, one in twenty has p below 0.05. Only tests count here whose "
        "fixed number of trials was finished.</p>"
    )
    return scrolling_table("ABX tests by pair", head, rows, is_quiet=True) + note


def _left_out(analysis: Analysis) -> str:
    given = (
        f"{counted(analysis.num_records, 'trial')} of {counted(analysis.num_listeners, 'listener')} in all."
    )
    if not analysis.excluded:
        return _part("Votes left out", f"<p>None: {given}</p>")
    rows = [
        f'<tr><th scope="row">{html.escape(reason)}</th><td>{count:,}</td></tr>'
        for reason, count in analysis.excluded.items()
    ]
    table = scrolling_table("Left out of the strengths, by reason", ("Reason", "Trials"), rows, is_quiet=True)
    return _part("Votes left out", f"<p>{given} These do not count for strengths:</p>{table}")


def _list(sentences: Any) -> str:
    return f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in sentences)}</ul>"
