"""Board: what listeners preferred, next to what likelihood says; from all votes or the visitor's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from engine.errors import EngineError
from engine.listening import Record, analyse
from engine.words import counted
from pages.board.ranking_section import ranking_section
from pages.house import (
    BOARD_WORK,
    LIGHT_WORK,
    Catalogue,
    PlayerNames,
    footer,
    hero,
    in_checkout,
    joined,
    rendered,
    sentence,
    this_page,
    visitor_state,
)
from pages.parts import NOT_VOTED, Row, VoteFiles, styled, vote_file
from pages.shared import Shared

Read = Callable[[str | None], list[Record]]  # id of a visitor -> that visitor's votes; None -> everybody's
Export = Callable[[], list[Row]]

BOARD_HEADING = "What listeners prefer"
BOARD_PROMISE = (
    "Each vote was given by ear, without knowing whose clip was which. Here are the models by what was "
    "preferred, with how sure that is, and next to it how likely they find music that they have never heard."
)
HOW_TO_READ = (
    "Strength is the natural logarithm of the odds of being preferred (Bradley–Terry); zero is the mean of a "
    "corpus’s models. A strength that is 0.7 higher is two wins for each loss.",
    "Of two models that share a letter in their groups it is not known which is stronger; of two that do not "
    "it is, at 5 % for all pairs together.",
)
READ_MORE = "How all of this is computed, and how well it finds a known truth, is in docs/listening.md."
EVERYBODYS_VOTES, OWN_VOTES = "Everybody’s votes", "My votes"
NO_VOTES = {EVERYBODYS_VOTES: "There is no vote yet: yours would be the first.", OWN_VOTES: NOT_VOTED}

BOARD_TEMPLATE = Path(__file__).with_name("board.html.jinja")
MESSAGE_TEMPLATE = Path(__file__).with_name("message.html.jinja")


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks, over the votes of the app's own store."""

    def read(kept: str | None) -> list[Record]:
        return shared.store.records(None if kept is None else shared.visitors.listener(kept))

    lay_out(read, shared.store.export, visitor_state(), joined(shared.catalogues.values()))


def lay_out(read: Read, export: Export, visitor: gr.BrowserState, catalogue: Catalogue) -> None:
    """Lay the page out.

    Args:
        read: gives votes.
        export: gives everybody's votes and deletions.
        visitor: holds the visitor's id, which the page Compare gives; made on this page.
        catalogue: all models, for their names and likelihoods.
    """
    names = PlayerNames(catalogue.cards)
    hero(BOARD_HEADING, BOARD_PROMISE)
    whose = gr.Radio(
        [EVERYBODYS_VOTES, OWN_VOTES], value=EVERYBODYS_VOTES, label="Whose votes", show_label=False,
        container=False, elem_id="whose",
    )  # fmt: skip
    shown = styled("", Path(__file__).with_name("board.css"), "board")
    files = VoteFiles("Download these votes", elem_id="votes-files")
    footer()

    def show(whose: str, visitor: Any) -> str:
        return board_html(read, whose, visitor, names)

    def save(whose: str, visitor: Any, event: gr.EventData) -> dict[str, Any]:
        name = "earshot-my-votes" if whose == OWN_VOTES else "earshot-votes"
        return vote_file(
            lambda: exported_rows(read, export, whose, visitor), name, NO_VOTES.get(whose, ""), event
        )

    files.ask(save, [whose, visitor], files, **LIGHT_WORK)

    gr.on(
        [
            this_page().load,
            whose.change,
        ],  # one event, so that the last choice is shown last
        show,
        [whose, visitor],
        shown,
        trigger_mode="always_last",
        **BOARD_WORK,
    )


def how_to_read() -> tuple[str, ...]:
    """Sentences that help to read the rankings; the document that says more is only in a checkout."""
    return (*HOW_TO_READ, READ_MORE) if in_checkout() else HOW_TO_READ


def exported_rows(read: Read, export: Export, whose: str, visitor: Any) -> list[Row]:
    """Rows of an export: everybody's with the deletions, or the visitor's own."""
    if whose != OWN_VOTES:
        return export()
    own = read(visitor) if isinstance(visitor, str) and visitor else []
    return [record.model_dump(mode="json") for record in own]


def board_html(read: Read, whose: str, visitor: Any, names: PlayerNames) -> str:
    """All sections as HTML; a sentence where there is nothing to show, with a link if there is no vote.

    Args:
        visitor: whatever a browser sends as its visitor's id; where it is not an id, there are no votes.
    """
    is_own = whose == OWN_VOTES
    try:
        known = isinstance(visitor, str) and visitor != ""
        records = read(visitor if is_own else None) if known or not is_own else []
        analysis = analyse(records, names.nats)
    except EngineError as error:
        return rendered(MESSAGE_TEMPLATE, sentence=sentence(error), offers_trial=False)
    if not records:
        return rendered(
            MESSAGE_TEMPLATE, sentence=NO_VOTES[OWN_VOTES if is_own else EVERYBODYS_VOTES], offers_trial=True
        )
    return rendered(
        BOARD_TEMPLATE,
        sections=[ranking_section(part, names) for part in analysis.corpora],
        analysis=analysis,
        names=names,
        is_own=is_own,
        how_to_read=how_to_read(),
        counted=counted,
    )
