"""The app as a program."""

import subprocess
import sys


def test_import_starts_nothing(project_folder):
    code = "import threading, app; assert threading.active_count() == 1, threading.enumerate()"
    done = subprocess.run([sys.executable, "-c", code], cwd=project_folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
