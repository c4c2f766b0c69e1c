"""Serving: builds the app from its parts and serves it, with bounds on what visitors may take."""

import os
from pathlib import Path

import gradio as gr

from pages import preparation, site
from pages.bounds import Retention, Waiting, memory
from pages.door import Door, EmptyStreams, Names, Routes, connection
from pages.front import ICON, server_options
from pages.house import GradioQueue, head, public_endpoints, queue_of
from pages.live import LiveFiles
from pages.shared import open_shared

MAX_UPLOAD = 20_000_000  # bytes of one file
MAX_SESSIONS = 250  # open pages whose state is remembered; the oldest are forgotten
MEMORY_STAYS = 30  # seconds at most, after it was freed


def serve(host: str, port: int, folder: Path, every_seconds: float, age_seconds: float) -> None:
    """Build the app and serve it until stopped.

    Args:
        host, port: where it listens.
        folder: for visitors' files.
        every_seconds: from one cleaning of the folder to the next.
        age_seconds: after which a file there is removed.
    """
    preparation.prepare()
    retention = Retention(folder, age_seconds)
    retention.start(every_seconds)
    memory.start(MEMORY_STAYS)
    connection.install()
    shared = open_shared()
    app = site.build(shared).queue(api_open=False)
    Waiting.bound(app)
    fronts = site.fronts()
    door = {
        "routes": Routes(fronts, public_endpoints(app), folder, os.environ), "names": Names(host, os.environ),
        "retention": retention, "max_upload": MAX_UPLOAD, "fetched": shared.room.ledger.fetch,
    }  # fmt: skip
    memory.settle()
    app.launch(
        server_name=host,
        server_port=port,
        head=head(),  # css= would rewrite the style, and break media queries
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        max_file_size=MAX_UPLOAD,
        state_session_capacity=MAX_SESSIONS,
        favicon_path=ICON,
        app_kwargs=server_options(
            fronts,
            (Door, (), door),
            (LiveFiles, (), {"links": site.links()}),
            (EmptyStreams, (), {"queue": GradioQueue(queue_of(app))}),
        ),
        i18n=gr.I18n(en={"common.complete": "Done"}),  # a word that Gradio lacks, and reads out as its key
        footer_links=[],
        ssr_mode=False,
        show_error=False,
    )
