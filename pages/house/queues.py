"""Queues: in which an event waits, and where its visitor reads how many are before."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

QUIET: Mapping[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
LIGHT: Mapping[str, Any] = {**QUIET, "concurrency_limit": 8}
HEAVY: Mapping[str, Any] = {**QUIET, "concurrency_id": "sample", "concurrency_limit": 2}
SHORT: Mapping[str, Any] = {**QUIET, "concurrency_id": "trial", "concurrency_limit": 2}  # not behind draws
BOARD: Mapping[str, Any] = {**QUIET, "concurrency_id": "board", "concurrency_limit": 2}


def queue_place() -> gr.HTML:
    """Where a visitor who must wait reads how many are before, and for how long; empty else."""
    return gr.HTML("", elem_classes="earshot-queue", apply_default_css=False)


def told_at(place: gr.HTML) -> dict[str, Any]:
    """What an event is given beside its function, so that waiting for it is told at that place."""
    return {"show_progress": "minimal", "show_progress_on": place}
