"""The door: what is not part of Earshot, comes from elsewhere or is too large is not answered."""

import contextlib
import http.client
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request

from pages.door import Door, Names, Routes
from pages.door.body import BodyError
from pages.door.door import MEGABYTES_AN_HOUR
from pages.door.empty_streams import NOT_WAITED_FOR
from pages.door.routes import UPLOAD_PATH
from tests.coroutines import run_in_thread
from tests.pages.caller import Caller

TEXT = {"Content-Type": "application/json"}
EVIL = "https://evil.example"
UNUSED = (
    *("process_recording", "deep_link", "runs", "run-history/connect", "run-history/records"),
    *("component_server", "custom_component/1/client/component/x.js", "proxy=https://evil.example/"),
    *("file=https://evil.example/x", "file=/etc/passwd", "token", "call/nonsense", "call/v2/nonsense"),
    *("stream/a/1.5/8/playlist-file", "vibe-code", "vibe-edit"),
)


def request(method: str, peer: str = "10.0.0.7", **headers: str) -> Request:
    """A request as a server receives it."""
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "headers": raw, "client": (peer, 0), "path": "/"})


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
    """One of them once ran ffmpeg without limits on anybody's upload, and left files for ever."""
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
        "/gradio_api/file=/tmp/a folder/draw.wav",
    ],
)
def test_what_is_used_is_let_in(route):
    environment = {"GRADIO_MCP_SERVER": "True"}
    routes = Routes(["", "/board"], ["score", "sample_roll"], Path("/tmp/a folder"), environment)
    assert route in routes and "/board/" in routes
    assert ("mcp" in route) == (route not in Routes([""], ["score"], Path("/tmp/a folder"), {}))


def test_no_work_is_done_without_the_queue(app):
    """Outside a Space, twelve draws at a time were once done that way, by direct POSTs."""
    config = json.loads(Caller(app.address, {}, "config").open())
    for dependency in config["dependencies"]:
        if not dependency["queue"]:
            continue
        body = json.dumps({"data": [], "fn_index": dependency["id"], "session_hash": "s"}).encode()
        for path in (
            "/gradio_api/run/predict",
            "/gradio_api/api/predict",
            f"/gradio_api/run/{dependency['api_name']}",
        ):
            status, text = ask(app, "POST", path, body)
            assert status == 404, (path, text)
    assert {
        dependency["api_name"].rstrip("_0123456789")
        for dependency in config["dependencies"]
        if not dependency["queue"]
    } == {
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
    for listens, given, called, is_answered in (
        ("0.0.0.0", "", "anything.example", True),
        ("0.0.0.0", "ear.example", "anything.example", False),
        ("0.0.0.0", "ear.example", "ear.example:8080", True),
        ("[::1]", "ear.example, Other.Example", "other.example", True),
        ("127.0.0.2", "", "ear.example", False),
        ("127.0.0.1", "", "localhost.:7860", True),
    ):
        names = Names(listens, {"EARSHOT_HOSTS": given})
        assert (names.refusal(request("GET", Host=called)) is None) == is_answered, called


@pytest.mark.parametrize(
    ("origin", "peer", "headers", "is_answered"),
    [
        ("http://ear.example:8080", "10.0.0.7", {"Host": "ear.example"}, True),  # nginx leaves the port out
        ("http://ear.example:8080", "10.0.0.7", {"Host": "ear.example:9090"}, False),
        ("https://ear.example", "10.0.0.7", {"Host": "in", "X_Forwarded_Host": "ear.example, in"}, True),
        ("https://ear.example", "9.9.9.9", {"Host": "in", "X_Forwarded_Host": "ear.example"}, False),
        ("http://[x", "10.0.0.7", {"Host": "ear.example"}, False),
        ("http://ear.example", "10.0.0.7", {"Host": "a[b"}, False),
    ],
)
def test_pages_of_this_site_are_known_by_host_and_by_nearby_proxies(origin, peer, headers, is_answered):
    asked = request("POST", peer, Origin=origin, **headers)
    assert (Names("0.0.0.0", {}).refusal(asked) is None) == is_answered


def test_damaged_headers_are_refused_without_an_error(app):
    assert ask(app, "GET", "/", Host="a[b")[0] == 400
    assert ask(app, "POST", "/gradio_api/reset", b"{}", Origin="http://[x")[0] == 400


FORM = {"Content_Type": "multipart/form-data; boundary=mark"}


def form(*contents: bytes) -> bytes:
    head = b'--mark\r\nContent-Disposition: form-data; name="files"; filename="at-the-door.mid"\r\n\r\n'
    return b"".join(head + content + b"\r\n" for content in contents) + b"--mark--\r\n"


def test_an_upload_says_its_size_and_is_not_too_large(app):
    """Nothing is sent after headers that are refused: the app hangs up then, and its answer may be lost."""
    for headers in (
        {"Transfer_Encoding": "chunked"},
        {"Transfer_Encoding": "chunked", "Content_Length": "10"},
        {"Content_Length": "-1"},
        {"Content_Length": "1" * 30},
    ):
        assert ask(app, "POST", "/gradio_api/upload", **FORM, **headers)[0] in (400, 411)
    status, text = ask(app, "POST", "/gradio_api/upload", b"x", **FORM, Content_Length="30000000")
    assert status == 413 and "20 MB" in text
    assert ask(app, "POST", "/gradio_api/upload", form(*[b"x"] * 1_000), **FORM)[0] == 400
    assert not app.served_files("at-the-door*")
    assert ask(app, "POST", "/gradio_api/upload", form(b"x"), **FORM)[0] == 200
    assert len(app.served_files("at-the-door*")) == 1


@pytest.mark.parametrize("closing", ["close", "keep-alive"])
def test_nonsense_after_a_refusal_is_hung_up_on(app, closing):
    """Uvicorn answered what came after it too, and so anybody could put a traceback into the log."""
    with socket.create_connection(urlsplit(app.address).netloc.split(":"), timeout=60) as client:
        head = f"Host: a\r\nConnection: {closing}\r\nTransfer-Encoding: chunked"
        client.sendall(f"POST /gradio_api/upload HTTP/1.1\r\n{head}\r\n\r\n".encode())
        answer = client.recv(1 << 16)
        assert answer.startswith(b"HTTP/1.1 4")
        rest = b""
        with contextlib.suppress(ConnectionError):  # it may have hung up already; to wait in vain is another
            client.sendall(b"no chunk\r\n")
            while part := client.recv(1 << 16):
                rest += part
        assert b"HTTP/1.1" not in rest, "one answer is enough"


def test_no_body_is_held_that_no_page_sends(app):
    """100 MB of JSON were once held, and 15 MB of a session's name for ever."""
    large = json.dumps({"session_hash": "s", "data": ["x" * 2_000_000]}).encode()
    long = json.dumps({"session_hash": "s" * 65, "data": []}).encode()
    for path in ("/gradio_api/reset", "/gradio_api/queue/join", "/gradio_api/run/predict"):
        assert ask(app, "POST", path, large)[0] == 413
        assert ask(app, "POST", path, long)[0] == 400
        assert ask(app, "POST", path, b"[" * 100_000)[0] == 400
        assert ask(app, "POST", path, b"no JSON")[0] == 400


@pytest.mark.parametrize("path", ["http://127.0.0.1:1/x", " HTTPS://evil.example/x.bin"])
def test_nothing_is_fetched_for_anybody(app, path):
    """An event that no queue holds back once had the app fetch any address, of any size."""
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    body = json.dumps({"fn_index": 1, "session_hash": "s", "data": [[{"deep": file}]]}).encode()
    for route in ("run/predict", "queue/join", "call/score"):
        status, text = ask(app, "POST", f"/gradio_api/{route}", body)
        assert status == 400 and "files of other sites are not fetched" in text


async def begin_upload(door: Door, address: str) -> int:
    """The status of the answer to an upload of 20 MB that is cut off at once."""
    headers = [(b"content-length", b"20000000")]
    scope = {"type": "http", "method": "POST", "path": UPLOAD_PATH, "headers": headers}
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    await door({**scope, "client": (address, 0)}, receive, send)
    return sent[0]["status"]


def test_an_address_uploads_so_much_an_hour():
    routes = Routes([""], [], Path("/nowhere"), {})
    door = Door(None, routes, Names("0.0.0.0", {}), None, 20_000_000, lambda path: None)
    for _ in range(MEGABYTES_AN_HOUR // 20):
        assert run_in_thread(begin_upload(door, "1.1.1.1")) == 400
    assert run_in_thread(begin_upload(door, "1.1.1.1")) == 429
    assert run_in_thread(begin_upload(door, "2.2.2.2")) == 400, "another address has its own"


def test_an_address_uploads_so_many_at_once():
    door = Door(None, None, None, None, 1, lambda path: None)
    with door._place("a"), door._place("a"):
        with pytest.raises(BodyError, match="in a minute"), door._place("a"):
            pass
        with door._place("b"):
            assert door._uploading.total() == 3
    assert not door._uploading


def test_nothing_lies_outside_the_folder_that_is_cleaned(app):
    Caller(app.address, {}).upload("outside.mid", b"x")
    assert [path.name for path in (app.folder / "served").iterdir()] == ["earshot-served"]
    assert [path for path in (app.folder / "tmp").iterdir() if path.name == "gradio"] == []


def stream(app, session: str) -> list[str]:
    """What the messages of a page's stream of answers are, read to its end."""
    _, text = ask(app, "GET", f"/gradio_api/queue/data?session_hash={session}")
    return [json.loads(line[6:])["msg"] for line in text.splitlines() if line.startswith("data: ")]


def test_a_stream_that_would_bring_nothing_is_not_opened(app):
    """It stayed open until the next question, or, where nothing was ever asked, ended in a traceback."""
    page = Caller(app.address, json.loads(Caller(app.address, {}, "config").open()), "compare")
    event = page.event("arrive")
    question = {"data": [None], "fn_index": event["id"], "session_hash": page.session}
    assert stream(app, page.session) == ["unexpected_error"], "nothing was ever asked"
    assert ask(app, "POST", "/gradio_api/queue/join", json.dumps(question).encode())[0] == 200
    assert stream(app, page.session)[-2:] == ["process_completed", "close_stream"]
    assert stream(app, page.session) == ["close_stream"]


@pytest.mark.parametrize("route", ["call", "call/v2"])
def test_the_answer_to_a_call_is_read_once(app, route):
    path = f"/gradio_api/{route}/list_models/"
    _, taken = ask(app, "POST", "/gradio_api/call/list_models", b'{"data": []}')
    number = json.loads(taken)["event_id"]
    assert "event: complete" in ask(app, "GET", path + number)[1]
    for nothing in (number, "never-asked"):
        assert ask(app, "GET", path + nothing)[1] == f"event: error\ndata: {json.dumps(NOT_WAITED_FOR)}\n\n"
