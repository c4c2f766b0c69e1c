"""Waiting: how much work may wait for its turn (in all, from one address, from one page), and how many
messages may wait for a page to read them.

Gradio (6.31) has one bound for all events together, so that the draws of one visitor kept everybody from
the Board. Here draws, trials, looks at the Board and light work each have their own. Gradio also keeps every
message to a page until the page reads it: for a page that was closed, they piled up for ever.
"""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import gradio as gr
from starlette.exceptions import HTTPException

from engine.errors import InvalidValueError
from pages.bounds.hourly import Hourly
from pages.bounds.visitor_address import address_of
from pages.house import BOARD_WORK, HEAVY_WORK, TRIAL_WORK, GradioQueue, queue_of

QUEUE_FULL = "Queue is full"  # how Gradio's own refusal begins, on which its page says that the app is busy
NOT_READ = "This page was not read for long, so its work was ended: begin it again."
TOO_MANY = 429  # of HTTP
MAX_UNREAD = 1_000  # messages to a page; with more, nobody reads there, and its work is ended
UNREAD_SECONDS = 120.0  # after the last message to a page, when those that it has not read are dropped


@dataclass(frozen=True)
class Bounds:
    """How many events may wait.

    Args:
        in_all, of_address, of_session: from everybody, from one address, from one open page.
        work: what the events are called in a refusal.
    """

    in_all: int
    of_address: int
    of_session: int
    work: str


DRAW_BOUNDS = Bounds(60, 20, 6, "draws and scores")
TRIAL_BOUNDS = Bounds(60, 20, 6, "trials")
BOARD_BOUNDS = Bounds(60, 20, 6, "looks at the Board")
LIGHT_BOUNDS = Bounds(200, 50, 20, "questions")
BOUNDS = {
    HEAVY_WORK["concurrency_id"]: DRAW_BOUNDS,
    TRIAL_WORK["concurrency_id"]: TRIAL_BOUNDS,
    BOARD_WORK["concurrency_id"]: BOARD_BOUNDS,
}
MAX_PAGES = 10_000  # for which messages are kept
QUEUE_LOOK_SECONDS = 0.01  # between two looks at who waits; with 0.001 an idle app took 6 % of a core
NEW_PAGES_AN_HOUR = 3_000  # that one address may open


class Waiting:
    """The bounds at the entrance of an app's queue.

    Args:
        queue: the app's, as `queue_of` gives it.
    """

    def __init__(self, queue: Any):
        self._queue = GradioQueue(queue)
        self._told: dict[str, float] = {}  # session -> when it was told something, by time.monotonic
        self._pages = Hourly(NEW_PAGES_AN_HOUR, "pages", "opened")
        self._queue.remember(MAX_PAGES)
        self._queue.look_every(QUEUE_LOOK_SECONDS)

    @classmethod
    def bound(cls, app: gr.Blocks) -> None:
        """Put bounds before an app's queue; ``queue()`` must have been called."""
        waiting = cls(queue_of(app))
        waiting._queue.divert(waiting.enter, waiting.tell)

    def tell(self, event: Any, event_message: Any) -> None:
        """Have Gradio send a message to a page, if somebody reads there; else end the work."""
        if not event.alive:
            return
        unread = self._queue.unread.get(event.session_hash)
        if unread is None or unread.qsize() >= MAX_UNREAD:
            event.alive = False  # Gradio looks at it before each step
            if unread is not None:
                while not unread.empty():
                    unread.get_nowait()
                self._send_last(event)
            return
        self._told[event.session_hash] = time.monotonic()
        self._queue.send_message(event, event_message)

    def _send_last(self, event: Any) -> None:
        """Say that the work has ended: a page that reads again after all would wait for ever."""
        event.alive = True
        self._queue.send_error(event, NOT_READ)
        event.alive = False

    def forget(self) -> None:
        """Drop what nobody has read for long."""
        now, unread = time.monotonic(), self._queue.unread
        for session in [name for name, when in self._told.items() if now - when > UNREAD_SECONDS]:
            del self._told[session]
            if session in unread and not unread[session].empty():
                del unread[session]
            if session not in unread:
                self._queue.event_ids.pop(session, None)

    async def enter(self, body: Any, request: Any, username: str | None) -> Any:
        """Let Gradio take an event that somebody has sent, if there is room for it.

        Returns:
            what Gradio's queue answers, or, where too much waits in all, the refusal that it would give.

        Raises:
            HTTPException: this page or this address has too much waiting; the visitor reads why.
        """
        self.forget()
        bounds = BOUNDS.get(self._queue.concurrency_id(body), LIGHT_BOUNDS)
        everything = [event for line in self._queue.lines for event in line]
        waiting = [event for event in everything if BOUNDS.get(event.concurrency_id, LIGHT_BOUNDS) is bounds]
        if len(waiting) >= bounds.in_all:
            return (
                False,
                f"{QUEUE_FULL}: {len(waiting)} {bounds.work} wait. Try again in a minute.",
                "queue_full",
            )
        address = address_of(request)
        for whose, most, count in (
            (
                "this page",
                bounds.of_session,
                sum(event.session_hash == body.session_hash for event in waiting),
            ),
            (
                "your address",
                bounds.of_address,
                sum(address_of(event.request) == address for event in waiting),
            ),
        ):
            if count >= most:
                refusal = f"{count} {bounds.work} of {whose} wait already: let some of them end first."
                raise HTTPException(TOO_MANY, refusal)
        if body.session_hash not in self._queue.event_ids:
            self._count_page(address)
        entered = await self._queue.push(body=body, request=request, username=username)
        for line in self._queue.lines:
            take_turns(line)
        return entered

    def _count_page(self, address: str) -> None:
        try:
            self._pages.count(address)
        except InvalidValueError as error:
            raise HTTPException(TOO_MANY, str(error)) from None


def take_turns(events: list[Any]) -> None:
    """Order what waits so that addresses take turns: first the first of each, then the second of each."""
    seen: Counter[str] = Counter()
    turns = {}
    for event in events:
        address = address_of(event.request)
        turns[id(event)] = seen[address]
        seen[address] += 1
    events.sort(key=lambda event: turns[id(event)])
