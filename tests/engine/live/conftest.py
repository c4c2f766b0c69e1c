"""The page Live as a static site, and pages of a browser that may reach no other server."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.live import media_type, write_site


class Quiet(SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, *said):
        pass

    def guess_type(self, path):
        return media_type(str(path))


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """The folder that ``engine live`` writes."""
    out = tmp_path_factory.mktemp("live") / "site"
    write_site(out)
    return out


@pytest.fixture(scope="session")
def address(site_folder):
    """The address of a plain file server of that folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site_folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def pages(browser, address):
    """``pages(path="", script="", **context)``: the page in a fresh profile.

    No request to another server and no uncaught error may happen.
    """
    contexts, wrong = [], []

    def ask(request):
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(request.url)

    def opened(path="", script="", **context):
        contexts.append(browser.new_context(locale="en-GB", accept_downloads=True, **context))
        contexts[-1].set_default_timeout(60_000)
        contexts[-1].on("request", ask)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
