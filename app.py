"""Starts Earshot's app: builds it from pages/, launches it."""

try:
    import spaces  # only on ZeroGPU Spaces; it must come before torch, hence before pages
except ImportError:
    spaces = None

import os
import sys

import gradio as gr

import pages
from pages import front, preparation
from pages.address import chosen_place, reach_oneself
from pages.house import head, memory, retention

MAX_UPLOAD = "20mb"
MAX_WAITING = 60  # events of all visitors; who comes then is told to try again
MAX_SESSIONS = 500  # of visitors whose pages are remembered; the oldest are forgotten
MEMORY_STAYS = 30  # seconds, after it was freed
FILES_STAY = (600, 3600)  # seconds between two rounds of the cleaner, and the age of what it removes


def reserve_gpu() -> None:
    """ZeroGPU starts only an app that declares one such function; our networks are sampled on the CPU."""


def main() -> None:
    """Build and serve until stopped; address and port from GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""
    host, port = chosen_place(os.environ)
    reach_oneself(host)
    preparation.process()
    retention.start(*FILES_STAY)
    memory.start(MEMORY_STAYS)
    if spaces is not None:
        spaces.GPU(reserve_gpu)
    try:
        serve(host, port)
    except OSError as error:
        sys.exit(f"{host}:{port} cannot be used ({error}): set GRADIO_SERVER_NAME or GRADIO_SERVER_PORT")


def serve(host: str, port: int) -> None:
    """Build the app and serve it until stopped."""
    pages.build().queue(max_size=MAX_WAITING).launch(
        server_name=host,
        server_port=port,
        head=head(),  # css= would rewrite the style, and break media queries
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        max_file_size=MAX_UPLOAD,
        state_session_capacity=MAX_SESSIONS,
        favicon_path=front.ICON,
        app_kwargs=front.server_options(pages.fronts()),
        i18n=gr.I18n(en={"common.complete": "Done"}),  # a word that Gradio lacks, and reads out as its key
        footer_links=[],
        ssr_mode=False,
        show_error=False,
    )


if __name__ == "__main__":
    main()
