"""The app as a program."""

import json
import subprocess
import sys


def run(code: str, folder) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_import_starts_nothing(project_folder):
    code = "import threading, app; assert threading.active_count() == 1, threading.enumerate()"
    assert run(code, project_folder) == (0, "", "")


def test_each_page_is_a_route_in_the_order_of_the_navigation(project_folder):
    built = "site.build(shared.open_shared()).pages"
    program = f"import json; from pages import shared, site; print(json.dumps({built}))"
    code, out, _ = run(program, project_folder)
    pages = ["", "speech", "compare", "trial", "board", "score", "results"]
    assert code == 0 and [path for path, _, _ in json.loads(out)] == pages
