"""The door: what is no part of Earshot, comes from elsewhere or is too large is not answered."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from pages.door import ALLOWED, hosts_of
from tests.pages.caller import Caller

TEXT = {"Content-Type": "application/json"}
EVIL = "https://evil.example"
UNUSED = (
    *(
        "process_recording",
        "deep_link",
        "runs",
        "run-history/connect",
        "run-history/records",
        "component_server",
    ),
    *("vibe-code", "vibe-edit", "proxy=https://evil.example/", "custom_component/1/client/component/x.js"),
)


def ask(app, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """Status and text of an answer; names of headers have underscores for hyphens."""
    connection = http.client.HTTPConnection(urlsplit(app.address).netloc, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {**(TEXT if body else {}), **given})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", UNUSED)
def test_what_gradio_has_and_earshot_does_not_use_is_not_there(app, method, route):
    """One of them ran ffmpeg without limits on anybody's upload, and left files where nobody cleans."""
    for path in (f"/gradio_api/{route}", f"/gradio_api/{route}/"):
        assert ask(app, method, path, b"{}" if method == "POST" else None)[0] == 404
    assert ask(app, "GET", "/monitoring")[0] == 404


@pytest.mark.parametrize(
    "route",
    [
        *("/config", "/theme.css", "/favicon.ico", "/picture.png", "/assets/index.js", "/manifest.json"),
        *("/gradio_api/info", "/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/queue/data"),
        *(
            "/gradio_api/call/v2/score",
            "/gradio_api/call/score/0a1b",
            "/gradio_api/mcp/",
            "/gradio_api/mcp/sse",
        ),
        "/gradio_api/heartbeat/5b0c6a2e-9d5e-4a53-b6cb-2f2f6d1c4f0e",
        "/gradio_api/stream/0abc-1/140.5/80/playlist.m3u8",
        "/gradio_api/file=/tmp/a folder/draw.wav",
    ],
)
def test_what_is_used_is_let_in(route):
    assert ALLOWED.fullmatch(route)


def test_no_work_is_done_without_the_queue(app):
    """Twelve draws at once were, by direct POSTs, off a Space."""
    config = json.loads(Caller(app.address, {}, "config").open())
    for one in config["dependencies"]:
        if not one["queue"]:
            continue
        body = json.dumps({"data": [], "fn_index": one["id"], "session_hash": "s"}).encode()
        for path in (
            "/gradio_api/run/predict",
            "/gradio_api/api/predict",
            f"/gradio_api/run/{one['api_name']}",
        ):
            status, text = ask(app, "POST", path, body)
            assert status == 404, (path, text)
    assert {one["api_name"].rstrip("_0123456789") for one in config["dependencies"] if not one["queue"]} == {
        *("vote", "press_stop", "js_fn")  # the last is a browser's
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": EVIL, "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/run/predict"])
def test_pages_of_other_sites_may_not_post(app, path, headers):
    status, text = ask(app, "POST", path, b"{}", **headers)
    assert status == 403 and "pages of other sites may not use this app" in text


def test_its_own_pages_may_whatever_a_proxy_calls_it(app):
    own = urlsplit(app.address).netloc
    for headers in (
        {"Origin": f"http://{own}"},
        {"Origin": "https://ear.example", "X_Forwarded_Host": "ear.example"},
        {"Origin": "https://ear.example", "Sec_Fetch_Site": "same-origin"},
        {},
    ):
        assert ask(app, "POST", "/gradio_api/queue/join", b"{}", **headers)[0] not in (403, 421)


def test_a_name_that_was_made_to_point_here_is_refused(app):
    for path in ("/", "/config", "/gradio_api/info"):
        status, text = ask(app, "GET", path, Host="evil.example:7860")
        assert status == 421 and "EARSHOT_HOSTS" in text
    assert ask(app, "GET", "/config", Host="LocalHost:1")[0] == 200


def test_other_names_are_for_its_host_to_say():
    assert hosts_of("0.0.0.0", {}) is None
    assert hosts_of("[::1]", {"EARSHOT_HOSTS": "ear.example, Other.Example"}) >= {
        *("ear.example", "other.example", "localhost")
    }


def test_an_upload_says_its_size_and_is_not_too_large(app):
    assert ask(app, "POST", "/gradio_api/upload", b"x", Transfer_Encoding="chunked")[0] in (400, 411)
    status, text = ask(app, "POST", "/gradio_api/upload", b"x", Content_Length="30000000")
    assert status == 413 and "20 MB" in text


def test_nothing_lies_outside_the_folder_that_is_cleaned(app):
    assert [path for path in (app.folder / "tmp").iterdir() if path.name == "gradio"] == []
