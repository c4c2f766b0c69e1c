"""Starts Earshot's app: chooses where it listens and where its files lie, then serves pages/."""

import os
import sys

from pages.address import chosen_place, reach_oneself
from pages.temporary import prepare_folder

FILES_STAY = (60, 3600)  # seconds between two rounds of the cleaner, and the age of what it removes


def reserve_gpu() -> None:
    """For ZeroGPU, which starts only apps that declare a function for it; networks are sampled on the CPU."""


def main() -> None:
    """Build and serve until stopped; address and port from GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""
    host, port = chosen_place(os.environ)
    reach_oneself(host)
    folder = prepare_folder()
    declare_gpu()
    from pages import serving  # only here: it imports gradio and torch

    try:
        serving.serve(host, port, folder, *FILES_STAY)
    except OSError as error:
        sys.exit(f"{host}:{port} cannot be used ({error}): set GRADIO_SERVER_NAME or GRADIO_SERVER_PORT")


def declare_gpu() -> None:
    """Declare ``reserve_gpu`` on ZeroGPU Spaces, which alone have this library; it must precede torch."""
    try:
        import spaces
    except ImportError:
        return
    spaces.GPU(reserve_gpu)


if __name__ == "__main__":
    main()
