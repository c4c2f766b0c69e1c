"""All uses of Gradio's names that begin with an underscore or that it does not document.

Tried with Gradio 6.31.0; with another version tests/pages/house/test_gradio_inside.py says which names are
missing. What relies on the HTML that Gradio writes is in pages/front.py; what relies on its addresses is in
pages/door/routes.py.
"""

import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import Context
from gradio.data_classes import FileData
from gradio.processing_utils import hash_bytes
from gradio.server_messages import CloseStreamMessage, ProcessCompletedMessage, UnexpectedErrorMessage
from gradio.utils import get_upload_folder, is_in_or_equal
from gradio_client.utils import strip_invalid_filename_characters


def this_page() -> gr.Blocks:
    """The Blocks that is being laid out; its event ``load`` fires when the page opens."""
    return Context.root_block


def event_data(event: gr.EventData) -> dict[str, Any]:
    """What the browser sent with an event; empty where it sent anything but an object."""
    return event._data if isinstance(event._data, dict) else {}


def file_value(path: str) -> dict[str, Any]:
    """How a component's value names a file that browsers may fetch: with its path and its name."""
    return FileData(path=path, orig_name=Path(path).name).model_dump()


def is_uploaded(path: str) -> bool:
    """Whether a file is one that somebody has uploaded."""
    return is_in_or_equal(Path(path).resolve(), Path(get_upload_folder()).resolve())


def served_bytes(content: bytes, name: str) -> str:
    """Have a file of this name in the folder of uploads, where browsers may fetch it; returns its path.

    The path has a hash in it that is Gradio's secret. A file that is there already counts as new again.
    """
    file_name = strip_invalid_filename_characters(name)
    path = Path(get_upload_folder(), hash_bytes(content), file_name).absolute()
    try:
        os.utime(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{secrets.token_hex(4)}.partial")
        partial.write_bytes(content)
        partial.replace(path)  # whoever asks for it meanwhile gets all of it
    return str(path)


def public_endpoints(app: gr.Blocks) -> list[str]:
    """Names of the endpoints that programs may call."""
    return [function.api_name for function in app.fns.values() if function.api_visibility == "public"]


def queue_of(app: gr.Blocks) -> Any:
    """The queue that an app has been given by ``queue()``."""
    return app._queue


class GradioQueue:
    """The way into a queue, and what it keeps for each open page.

    Its events have ``alive``, ``session_hash``, ``concurrency_id`` and ``request``; what a page sends to it
    has ``fn_index`` and ``session_hash``. A session is a page that somebody has open.

    Args:
        queue: what `queue_of` gives.
    """

    def __init__(self, queue: Any):
        self._queue = queue
        self.push: Callable[..., Awaitable[Any]] = queue.push
        self.send_message: Callable[[Any, Any], None] = queue.send_message

    def divert(self, push: Callable[..., Awaitable[Any]], send_message: Callable[[Any, Any], None]) -> None:
        """Replace the queue's own push and send_message."""
        self._queue.push, self._queue.send_message = push, send_message

    def remember(self, num_pages: int) -> None:
        """Keep messages for at most this many pages; those of the oldest are dropped, read or not."""
        self._queue.pending_messages_per_session.max_size = num_pages

    def look_every(self, seconds: float) -> None:
        """How long it sleeps between two looks at whether an event waits; else a thousandth of a second."""
        self._queue.sleep_when_free = seconds

    @property
    def unread(self) -> MutableMapping[str, Any]:
        """By session, the messages that its page has not read, as an asyncio queue."""
        return self._queue.pending_messages_per_session

    @property
    def event_ids(self) -> MutableMapping[str, set[str]]:
        """By session, the ids of its events."""
        return self._queue.pending_event_ids_session

    def is_waited_for(self, event_id: str) -> bool:
        """Whether somebody has asked for an answer, and has not read it."""
        return any(event_id in ids for ids in self.event_ids.values())

    def last_words(self, session: str) -> str | None:
        """The message that ends a page's stream of answers; None while it has not read all of them."""
        if session not in self.unread:
            last = UnexpectedErrorMessage(message="this page has asked for nothing", session_not_found=True)
        elif self.unread[session].empty() and not self.event_ids.get(session):
            last = CloseStreamMessage()
        else:
            return None
        return f"data: {last.model_dump_json()}\n\n"

    @property
    def lines(self) -> list[list[Any]]:
        """The events that wait, one list for each ``concurrency_id``; the first is next."""
        return [line.queue for line in self._queue.event_queue_per_concurrency_id.values()]

    def concurrency_id(self, body: Any) -> str | None:
        """The id of the line in which a request would wait; None where it names no function of the app."""
        return getattr(self._queue.blocks.fns.get(body.fn_index), "concurrency_id", None)

    def send_error(self, event: Any, sentence: str) -> None:
        """Tell a page that an event has ended, and why."""
        message = ProcessCompletedMessage(output={"error": sentence}, success=False)
        self.send_message(event, message)
