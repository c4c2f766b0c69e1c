"""Queues: which one an event waits in, and where its visitor reads how many are ahead."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

QUIET: Mapping[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
LIGHT_WORK: Mapping[str, Any] = {**QUIET, "concurrency_limit": 8}
HEAVY_WORK: Mapping[str, Any] = {**QUIET, "concurrency_id": "sample", "concurrency_limit": 2}
TRIAL_WORK: Mapping[str, Any] = {
    **QUIET,
    "concurrency_id": "trial",
    "concurrency_limit": 2,
}  # not behind draws
BOARD_WORK: Mapping[str, Any] = {**QUIET, "concurrency_id": "board", "concurrency_limit": 2}


def queue_place() -> gr.HTML:
    """Where a visitor who must wait reads how many are ahead, and for how long; empty otherwise."""
    return gr.HTML("", elem_classes="earshot-queue", apply_default_css=False)


def told_at(place: gr.HTML) -> dict[str, Any]:
    """Options of an event that show, at this place, how many are ahead of it."""
    return {"show_progress": "minimal", "show_progress_on": place}
