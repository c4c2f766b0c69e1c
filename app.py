"""Starts Earshot's app: builds it from pages/, launches it."""

try:
    import spaces  # only on ZeroGPU Spaces; it must come before torch, hence before pages
except ImportError:
    spaces = None

import os
import sys

import gradio as gr

from pages import (
    api,
    board,
    compare,
    lane,
    play,
    prepare,
    results,
    retention,
    score,
    speech,
    trial_page,
    vote_copy,
    vote_file,
)
from pages.catalogue import loaded
from pages.listening_room import ListeningRoom
from pages.version import version
from pages.visitor import visitor_state

MAX_UPLOAD = "20mb"
MAX_WAITING = 60  # events of all visitors; who comes then is told to try again
FILES_STAY = (600, 3600)  # seconds between two rounds of the cleaner, and the age of what it removes


def build() -> gr.Blocks:
    """All pages, each a route of its own."""
    catalogues = {"play": prepare.music(), "speech": prepare.speech()}
    with gr.Blocks(title="Earshot", analytics_enabled=False) as demo:
        gr.Navbar(main_page_name="Play")
        play.build(catalogues["play"])
        api.build()
    with demo.route("Speech", "/speech"):
        gr.Navbar(main_page_name="Play")
        speech.build(catalogues["speech"])
    store = vote_file.open_store()
    copy = vote_copy.open_copy(store)
    room = ListeningRoom(store, loaded, version=version(), copy=copy.add if copy else None)
    with demo.route("Compare", "/compare"):
        gr.Navbar(main_page_name="Play")
        compare.build(catalogues.values(), room)
    with demo.route("Trial", "/trial", show_in_navbar=False):
        gr.Navbar(main_page_name="Play")
        trial_page.build(room)
    with demo.route("Board", "/board"):
        gr.Navbar(main_page_name="Play")
        board.build(store.records, store.export, visitor_state(), catalogues)
    with demo.route("Score", "/score"):
        gr.Navbar(main_page_name="Play")
        score.build({"piano_roll": catalogues["play"], "waveform": catalogues["speech"]})
    with demo.route("Results", "/results"):
        gr.Navbar(main_page_name="Play")
        results.build(catalogues)
    return demo


def reserve_gpu() -> None:
    """ZeroGPU starts only an app that declares one such function; our networks are sampled on the CPU."""


def main() -> None:
    """Build and serve until stopped; address and port from GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""
    address = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
    port = int(os.environ.get("GRADIO_SERVER_PORT", "7860"))
    prepare.process()
    retention.start(*FILES_STAY)
    if spaces is not None:
        spaces.GPU(reserve_gpu)
    try:
        serve(address, port)
    except OSError:
        sys.exit(
            f"{address}:{port} cannot be used, perhaps by another Earshot: set GRADIO_SERVER_PORT to another"
        )


def serve(address: str, port: int) -> None:
    """Build the app and serve it until stopped."""
    build().queue(max_size=MAX_WAITING).launch(
        server_name=address,
        server_port=port,
        head=f"<style>{lane.asset('earshot.css')}</style>",  # css= would rewrite it, and break media queries
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        max_file_size=MAX_UPLOAD,
        footer_links=[],
        ssr_mode=False,
        show_error=False,
    )


if __name__ == "__main__":
    main()
