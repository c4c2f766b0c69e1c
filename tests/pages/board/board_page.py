"""The Board with made-up votes for the browser tests: ``python -m tests.pages.board.board_page``."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from engine.errors import EngineError
from engine.listening.trial import Record
from pages.board.page import lay_out
from pages.house.catalogue import joined, read_catalogue
from pages.house.surround import base_style
from tests.engine.listening.crowd import crowd_votes
from tests.engine.listening.listener import lane, record

TRUTH = {"jsb_chorales-lstm": 0.5, "jsb_chorales-gru": 0.35, "my-first": -0.1, "jsb_chorales-tanh": -0.75}
ANN, BOB = "visitor-ann", "visitor-bob"  # Ann has answered everything, Bob nothing


def made_votes() -> list[Record]:
    """A crowd's preferences of chorales, Ann's ties and rankings, and one or more of everything else."""
    crowd = crowd_votes(np.random.default_rng(6), 24, 20, TRUTH)
    best, _, _, last = TRUTH
    rankings = [
        record(
            ("real", best, last, "anchor"),
            (2, 1, 3, 4) if number % 6 == 0 else (1, 2, 3, 4) if number % 7 else (1, 2, 4, 3),
            "rank",
            trial_id=f"rank-{number}",
            listener=f"listener-{number % 24}",
        )
        for number in range(36)
    ]
    return [*crowd, *rankings, *ann_votes()]


def ann_votes() -> list[Record]:
    """What one listener said."""
    best, second, third, last = TRUTH
    given = []

    def vote(sources: tuple[str, ...], choice: object, task: str = "preference", **facts: object) -> None:
        given.append(record(sources, choice, task, trial_id=f"ann-{len(given)}", listener=ANN, **facts))

    for round_number in range(6):
        vote((best, last), "0")
        vote((third, second), "tie" if round_number % 2 else "1")
    vote((best, second), "both_bad")
    vote((best, second), None)
    same = [lane(best, "one"), lane(best, "one")]
    for choice in ("tie", "tie", "0"):
        vote((best, best), choice, lanes=same)
    for _ in range(3):
        vote((best, "real", last, "anchor"), (2, 1, 3, 4), "rank")
    for number in range(1, 17):
        x = best if number % 2 else second
        right = (number <= 9) == (x == best)
        vote((best, second, x), "0" if right else "1", "abx", test_id="abx", number=number, num_trials=16)
    vote((best, last, best), "0", "abx", test_id="open", num_trials=16)
    for said in ("model", "model", "real", "model"):
        vote((best,), said, "real_or_model")
        vote(("real",), "real", "real_or_model")
    vote(("nottingham-gru", "nottingham-lstm"), "1", corpus="nottingham")
    return given


def exported(read: Callable[[str | None], list[Record]]) -> list[dict[str, Any]]:
    return [record.model_dump(mode="json") for record in read(None)]


def build() -> gr.Blocks:
    """The Board as Ann sees it, as Bob does, without any vote, and where votes cannot be read."""
    votes = made_votes()

    def read(listener: str | None) -> list[Record]:
        return [vote for vote in votes if listener in (None, vote.trial.listener)]

    def nothing(listener: str | None) -> list[Record]:
        return []

    def broken(listener: str | None) -> list[Record]:
        raise EngineError("the votes cannot be read (disk full): make room and load the page again")

    catalogue = joined(read_catalogue(kind) for kind in ("piano_roll", "waveform"))
    demo = gr.Blocks()
    for name, source, visitor in (
        ("", read, ANN),
        ("bob", read, BOB),
        ("empty", nothing, None),
        ("broken", broken, None),
    ):
        with demo.route(name, f"/{name}") if name else demo:
            state = gr.BrowserState(visitor, storage_key=f"test-{name}", secret="test")
            rows = partial(exported, source)
            lay_out(source, rows, state, catalogue)
    return demo


def main() -> None:
    """Serve it until stopped."""
    look = f"<style>{base_style()}</style>"
    theme = gr.themes.Base(font=["system-ui"], font_mono=["monospace"])
    build().launch(quiet=True, head=look, theme=theme, footer_links=[])


if __name__ == "__main__":
    main()
