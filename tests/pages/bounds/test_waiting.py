"""Nobody fills the queue for everybody: pages and addresses have their bounds; light work has room."""

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from pages.bounds.visitor_address import address_of
from pages.bounds.waiting import (
    BOARD_BOUNDS,
    BOUNDS,
    DRAW_BOUNDS,
    LIGHT_BOUNDS,
    MAX_UNREAD,
    TRIAL_BOUNDS,
    Waiting,
    take_turns,
)
from tests.coroutines import run_in_thread
from tests.pages.caller import Caller, elapsed


def post(app, path: str, body: dict) -> dict:
    request = Request(
        f"{app.address}gradio_api/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urlopen(request, timeout=180) as answer:  # a cancel waits for the step that its draw is in
        return json.load(answer)


@pytest.fixture
def greedy(app) -> Iterator[tuple[list[str], list[str]]]:
    """One page asks for 64 long draws at once: those that were taken, and what was said of the others."""
    caller = Caller(app.address, json.loads(Caller(app.address, {}, "config").open()))
    event = caller.event("press", "sample")
    values = caller.values(event, models=["jsb_chorales-best"], length=512, until_end=False)
    call = {"data": values, "fn_index": event["id"], "session_hash": caller.session}
    taken, refused = [], []
    for _ in range(64):
        try:
            taken.append(post(app, "queue/join", call)["event_id"])
        except HTTPError as error:
            refused.append(f"{error.code} {error.read().decode()}")
    yield taken, refused
    for event_id in reversed(taken):
        post(app, "cancel", {**call, "event_id": event_id})


def test_one_page_cannot_fill_the_queue(app, greedy):
    """64 draws of one session once did, and Compare and Board said that the queue was full."""
    taken, refused = greedy  # each draw of a page ends the one before, so more are taken than wait
    assert refused and taken and len(taken) + len(refused) == 64
    assert all(said.startswith("429") and "let some of them end first" in said for said in refused)
    config = json.loads(Caller(app.address, {}, "config").open())
    board = Caller(app.address, config, "board")
    event = board.event("show")
    seconds, shown = elapsed(lambda: board.ask(event, board.values(event)))
    assert shown and seconds < 20
    other = Caller(app.address, config)
    event = other.event("press", "sample")
    call = {"data": other.values(event, length=8), "fn_index": event["id"], "session_hash": other.session}
    taken = post(app, "queue/join", call)
    post(app, "cancel", {**call, **taken})  # or the app would draw on through the tests that follow


KINDS = ("sample", "trial", "board", "other")


class Sessions(dict):
    """The sessions of a queue, as Gradio keeps them."""

    max_size = 0


class Played:
    """A queue in which events wait for ever."""

    def __init__(self) -> None:
        functions = enumerate(KINDS)
        self.blocks = SimpleNamespace(fns={n: SimpleNamespace(concurrency_id=name) for n, name in functions})
        self.event_queue_per_concurrency_id = {name: SimpleNamespace(queue=[]) for name in KINDS}

        self.pending_messages_per_session = Sessions()
        self.pending_event_ids_session: dict[str, set[str]] = {}

    def send_message(self, event, event_message):
        self.pending_messages_per_session[event.session_hash].put_nowait(event_message)

    async def push(self, body, request, username):
        name = self.blocks.fns[body.fn_index].concurrency_id
        event = SimpleNamespace(session_hash=body.session_hash, request=request, concurrency_id=name)
        self.event_queue_per_concurrency_id[name].queue.append(event)
        return True, "id", "success"


def request(peer: str, forwarded: str = "") -> SimpleNamespace:
    lines = [("x-forwarded-for", line) for line in forwarded.split("|")] if forwarded else []
    headers = Headers(raw=[(name.encode(), value.encode()) for name, value in lines])
    return SimpleNamespace(client=SimpleNamespace(host=peer), headers=headers)


def enter(waiting: Waiting, function: int, session: str, address: str = "1.1.1.1"):
    body = SimpleNamespace(fn_index=function, session_hash=session)
    return run_in_thread(waiting.enter(body, request(address), None))


@pytest.mark.parametrize(
    ("function", "bounds"), [(0, DRAW_BOUNDS), (1, TRIAL_BOUNDS), (2, BOARD_BOUNDS), (3, LIGHT_BOUNDS)]
)
def test_each_kind_of_work_has_bounds_of_its_own(function, bounds):
    waiting = Waiting(Played())
    for _ in range(bounds.of_session):
        assert enter(waiting, function, "one")[2] == "success"
    with pytest.raises(HTTPException, match="of this page wait already"):
        enter(waiting, function, "one")
    for number in range(bounds.of_address - bounds.of_session):
        enter(waiting, function, str(number))
    with pytest.raises(HTTPException, match="of your address wait already"):
        enter(waiting, function, "another")
    for number in range(bounds.in_all - bounds.of_address):
        enter(waiting, function, f"elsewhere {number}", f"8.8.{number}.1")
    assert bounds.in_all >= 3 * bounds.of_address, "one with two addresses leaves room for the others"
    refused = enter(waiting, function, "last", "9.9.9.9")
    assert refused[2] == "queue_full" and refused[1].startswith("Queue is full")
    others = {0, 1, 2, 3} - {function}
    assert all(enter(waiting, other, "last", "9.9.9.9")[2] == "success" for other in others)
    assert set(BOUNDS) == {"sample", "trial", "board"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("1.2.3.4", "", "1.2.3.4"),
        ("1.2.3.4", "5.6.7.8", "1.2.3.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.0.0.7", "9.9.9.9, 5.6.7.8", "5.6.7.8"),
        ("10.0.0.7", "9.9.9.9, 5.6.7.8, 192.168.1.1", "5.6.7.8"),
        ("10.0.0.7", "nonsense", "10.0.0.7"),
        ("172.17.0.1", "8.8.8.8|9.9.9.9", "9.9.9.9"),  # HAProxy adds a line of its own
        ("10.0.0.7", "8.8.8.8, 9.9.9.9:5555", "9.9.9.9"),  # Azure writes a port
        ("10.0.0.7", "8.8.8.8, [2a00:1450:4001::1]:443", "2a00:1450:4001::/64"),
        ("::ffff:1.2.3.4", "", "1.2.3.4"),
        ("2a00:1450:4001::1", "", "2a00:1450:4001::/64"),
        ("2a00:1450:4001:0:9::2", "", "2a00:1450:4001::/64"),
        ("testclient", "", "testclient"),
    ],
)
def test_an_address_is_what_the_last_proxy_saw(peer, forwarded, address):
    assert address_of(request(peer, forwarded)) == address


def test_what_nobody_reads_is_not_kept_for_ever(monkeypatch):
    """A draw for a page that nobody had open once went on, and all of its pictures stayed in memory."""
    queue = Played()
    waiting = Waiting(queue)
    queue.pending_messages_per_session |= {name: asyncio.Queue() for name in ("gone", "here")}
    gone, here = (SimpleNamespace(session_hash=name, alive=True) for name in ("gone", "here"))
    for number in range(MAX_UNREAD + 50):
        for event in (gone, here):
            waiting.tell(event, number)
        queue.pending_messages_per_session["here"].get_nowait()
    assert not gone.alive and here.alive
    last = queue.pending_messages_per_session["gone"].get_nowait()
    assert not last.success and "was not read for long" in last.output["error"]
    assert queue.pending_messages_per_session["gone"].empty()
    queue.pending_messages_per_session["gone"].put_nowait("something")
    monkeypatch.setattr("pages.bounds.waiting.UNREAD_SECONDS", 0.0)
    waiting.forget()
    assert set(queue.pending_messages_per_session) == {"here"}
    waiting.tell(gone, "nobody is told any more")


def test_addresses_take_turns():
    """Thirty draws of one address were once all drawn before the first of another."""
    events = [SimpleNamespace(request=request(f"1.1.1.{number}")) for number in (1, 1, 1, 1, 2, 2, 3)]
    take_turns(events)
    order = [event.request.client.host[-1] for event in events]
    assert order == list("1231211")
    take_turns(events)
    assert [event.request.client.host[-1] for event in events] == order


def test_pages_that_nobody_has_open_are_not_counted_without_end(monkeypatch):
    monkeypatch.setattr("pages.bounds.waiting.NEW_PAGES_AN_HOUR", 3)
    waiting = Waiting(Played())
    for number in range(3):
        enter(waiting, 3, str(number))
    with pytest.raises(HTTPException, match="3 pages were opened from your address within the last hour"):
        enter(waiting, 3, "another")
    assert enter(waiting, 3, "elsewhere", "2.2.2.2")[2] == "success"
