"""What is set up for every test: shapes are checked, torch has one thread, corpora and browser are found."""

import gc
import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.engine.shapes import check_anew, check_annotations
from tests.patience import PATIENCE_SECONDS, until
from tests.side_by_side import FilesSideBySide, num_processes, stand_aside

# Before the first import of both: annotations like Float[Tensor, "batch time"] are checked.
check_annotations("engine", "training")

# One thread: the numbers then do not depend on the machine, and processes do not fight for its cores.
# OMP_NUM_THREADS does the same for the programs that tests start.
torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"

# No test reaches the network (but test_requirements.py the package index), and no library reports the run.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"


KEEP_MEMORY = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")  # as the Makefile sets them

# What is compiled is kept, also by the programs that tests start, and not compiled again by each of them.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

stand_aside()

# While tests are imported and collected nothing becomes garbage; to look for it takes a quarter of that time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage again, but not among what exists by now; what tests start has no ``KEEP_MEMORY``."""
    gc.freeze()
    gc.enable()
    for setting in KEEP_MEMORY:
        os.environ.pop(setting, None)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes ``-n auto`` means."""
    return num_processes()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesSideBySide:
    """Which process runs which file."""
    return FilesSideBySide(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process ends alone with a long one."""
    num_slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -num_slow[item.path])


@pytest.fixture(autouse=True)
def _no_rounds_go_on() -> Iterator[None]:
    """Wait until the rounds that a test has begun are over: some once took half of all later tests' time."""
    yield
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "earshot-rounds"], 10.0)


@pytest.fixture(autouse=True)
def _shapes_are_checked_anew() -> None:
    """The first calls of every function are checked in every test."""
    check_anew()


@pytest.fixture(scope="session")
def project_folder() -> Path:
    """Root of the working tree."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def corpora_folder() -> Path:
    """Folder of the real corpora; tests that need it are skipped where EARSHOT_CORPORA does not name one."""
    given = os.environ.get("EARSHOT_CORPORA")
    if not given:
        pytest.skip("EARSHOT_CORPORA names no folder with the corpora")
    folder = Path(given).resolve()
    if not folder.is_dir():
        pytest.fail(f"EARSHOT_CORPORA={given} is no folder; unset it or correct it")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Debian's chromium, for ``playwright.chromium.launch(executable_path=…)``.

    Its headless shell, without windows, takes half the time of the whole browser for the same pages.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser"):
        if path := shutil.which(name):
            return path
    pytest.skip("chromium is not installed: apt-get install chromium-headless-shell")


@pytest.fixture(scope="session")
def browser(chromium):
    """Debian's chromium, where sound may play without a click; from now on this thread has a running loop."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * PATIENCE_SECONDS)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        running = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield running
        running.close()
