"""Waiting: how much work may wait for its turn, in all, of one address and of one page; how much to be read.

Gradio (6.31) knows one bound for all events together, so that the draws of one visitor kept everybody from
the Board. Here draws, trials and what is light have bounds of their own. And Gradio keeps whatever it has to
tell a page until that is read: what there was for a page that nobody had open grew for ever.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.server_messages import ProcessCompletedMessage
from starlette.exceptions import HTTPException

from engine.errors import InvalidValueError
from pages.bounds.hourly import Hourly
from pages.bounds.visitor_address import address_of
from pages.house import BOARD, HEAVY, SHORT

FULL = "Queue is full"  # how Gradio begins to say so; its page says that the application is busy
NOT_READ = "This page was not read for long, so its work was ended: begin it again."
TOO_MANY = 429  # of HTTP
MAX_UNREAD = 1_000  # messages to a page; then nobody is there, and its work ends
UNREAD_SECONDS = 120.0  # after which they are forgotten


@dataclass(frozen=True)
class Bounds:
    """How many events may wait.

    Args:
        in_all, of_address, of_session: at once; a session is a page that somebody has open.
        work: what they are, for the sentence.
    """

    in_all: int
    of_address: int
    of_session: int
    work: str


DRAWS = Bounds(60, 20, 6, "draws and scores")
TRIALS = Bounds(60, 20, 6, "trials")
BOARDS = Bounds(60, 20, 6, "looks at the Board")
LIGHT = Bounds(200, 50, 20, "questions")
BOUNDS = {
    HEAVY["concurrency_id"]: DRAWS, SHORT["concurrency_id"]: TRIALS, BOARD["concurrency_id"]: BOARDS
}  # fmt: skip
MAX_PAGES = 10_000  # to which something can be told
NEW_PAGES_AN_HOUR = 3_000  # of an address


class Waiting:
    """The bounds at the entrance of an app's queue.

    Args:
        queue: Gradio's.
    """

    def __init__(self, queue: Any):
        self._queue, self._enter, self._send = queue, queue.push, queue.send_message
        self._told: dict[str, float] = {}  # session -> when it was told something, by time.monotonic
        self._pages = Hourly(NEW_PAGES_AN_HOUR, "pages", "opened")
        queue.pending_messages_per_session.max_size = MAX_PAGES  # the oldest would be dropped, read or not

    @classmethod
    def bound(cls, app: gr.Blocks) -> None:
        """Bound what waits for an app, whose queue has been set."""
        waiting = cls(app._queue)
        app._queue.push, app._queue.send_message = waiting.enter, waiting.tell

    def tell(self, event: Any, event_message: Any) -> None:
        """What Gradio does with a message to a page, if somebody reads there."""
        if not event.alive:
            return
        unread = self._queue.pending_messages_per_session.get(event.session_hash)
        if unread is None or unread.qsize() >= MAX_UNREAD:
            event.alive = False  # Gradio asks before each step
            if unread is not None:
                while not unread.empty():
                    unread.get_nowait()
                self._send_last(event)
            return
        self._told[event.session_hash] = time.monotonic()
        self._send(event, event_message)

    def _send_last(self, event: Any) -> None:
        """So that a page that reads again after all does not wait for ever."""
        event.alive = True
        self._send(event, ProcessCompletedMessage(output={"error": NOT_READ}, success=False))
        event.alive = False

    def forget(self) -> None:
        """Let go of what nobody has read for long."""
        now, unread = time.monotonic(), self._queue.pending_messages_per_session
        for session in [key for key, told in self._told.items() if now - told > UNREAD_SECONDS]:
            del self._told[session]
            if session in unread and not unread[session].empty():
                del unread[session]
            if session not in unread:
                self._queue.pending_event_ids_session.pop(session, None)

    async def enter(self, body: Any, request: Any, username: str | None) -> Any:
        """What Gradio does with an event that somebody has sent, if there is room for it.

        Raises:
            HTTPException: this page or this address has too much waiting; its words are shown to the visitor.
        """
        self.forget()
        function = self._queue.blocks.fns.get(body.fn_index)
        bounds = BOUNDS.get(getattr(function, "concurrency_id", None), LIGHT)
        waiting = [event for event in self._waiting() if BOUNDS.get(event.concurrency_id, LIGHT) is bounds]
        if len(waiting) >= bounds.in_all:
            return False, f"{FULL}: {len(waiting)} {bounds.work} wait. Try again in a minute.", "queue_full"
        address = address_of(request)
        for whose, most, count in (
            ("this page", bounds.of_session, _count(e.session_hash == body.session_hash for e in waiting)),
            ("your address", bounds.of_address, _count(address_of(e.request) == address for e in waiting)),
        ):
            if count >= most:
                told = f"{count} {bounds.work} of {whose} wait already: let some of them end first."
                raise HTTPException(TOO_MANY, told)
        if body.session_hash not in self._queue.pending_event_ids_session:
            self._count_page(address)
        entered = await self._enter(body=body, request=request, username=username)
        for kind in self._queue.event_queue_per_concurrency_id.values():
            take_turns(kind.queue)
        return entered

    def _count_page(self, address: str) -> None:
        try:
            self._pages.count(address)
        except InvalidValueError as error:
            raise HTTPException(TOO_MANY, str(error)) from None

    def _waiting(self) -> Iterable[Any]:
        for kind in self._queue.event_queue_per_concurrency_id.values():
            yield from kind.queue


def take_turns(events: list[Any]) -> None:
    """Order what waits so that addresses take turns: first the first of each, then the second of each."""
    seen: Counter[str] = Counter()
    turns = {}
    for event in events:
        address = address_of(event.request)
        turns[id(event)] = seen[address]
        seen[address] += 1
    events.sort(key=lambda event: turns[id(event)])


def _count(found: Iterable[bool]) -> int:
    return sum(found)
