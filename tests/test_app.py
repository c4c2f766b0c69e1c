"""The app as a program: what is removed when it is old, and what it costs to import."""

import subprocess
import sys
import time

from gradio_client import Client, handle_file

from pages.excerpts import excerpts
from tests.server import serving

HASTY = "import app; app.SECONDS_FILES_STAY = 2; app.main()"


def test_files_of_visitors_are_removed(project_folder, tmp_path):
    """Draws and uploads go when they are old; the answers of the API once stayed for ever."""
    environment = {"PYTHONPATH": str(project_folder)}
    with serving([sys.executable, "-c", HASTY], tmp_path, environment) as server:
        client = Client(server.address, verbose=False)
        client.predict(frames=4, prime=handle_file(excerpts()[0].path), api_name="/sample_roll")
        end = time.monotonic() + 30
        while server.served_files() and time.monotonic() < end:
            time.sleep(0.5)
        assert server.served_files() == set()
        assert not list((server.folder / "tmp").glob("earshot-*"))


def test_import_starts_nothing(project_folder):
    code = "import threading, app; assert threading.active_count() == 1, threading.enumerate()"
    done = subprocess.run([sys.executable, "-c", code], cwd=project_folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
