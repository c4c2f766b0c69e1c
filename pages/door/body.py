"""Body: what comes with a request, read whole and checked before anything else sees it.

Gradio (6.31) would hold JSON of any size, make a thousand files of one upload, and fetch any address that
is given in place of a file.
"""

import asyncio
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.types import Message, Receive

MAX_JSON = 1_000_000  # bytes
UPLOAD_OVERHEAD = 100_000  # bytes of an upload besides the file
BODY_SECONDS = 120.0  # within which a body must have come
SESSION_NAME = re.compile(r"[\w-]{1,64}")
FOREIGN_ADDRESS = re.compile(r"\s*https?:", re.IGNORECASE)  # a path that Gradio would fetch
FORM_PART = re.compile(rb"content-disposition\s*:\s*form-data", re.IGNORECASE)


class BodyError(Exception):
    """A body that is refused.

    Args:
        status: the HTTP status of the answer.
        sentence: why it is refused, and what to do.
    """

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def declared_bytes(request: Request, most: int) -> int:
    """How many bytes a request says will come.

    Raises:
        BodyError: it does not say, or they are more than ``most``.
    """
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not re.fullmatch(r"[0-9]{1,12}", length):
        raise BodyError(411, "say how many bytes will come, in Content-Length")
    if int(length) > most:
        raise BodyError(413, f"this is larger than {most / 1e6:.0f} MB: cut it, or export it anew")
    return int(length)


async def read_whole(receive: Receive, most: int) -> bytes:
    """The whole body of a request.

    Raises:
        BodyError: it is larger than ``most`` bytes, comes too slowly, or is cut off.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise BodyError(400, "it was cut off: send it again")
                body += message.get("body", b"")
                if len(body) > most:
                    raise BodyError(413, "more came than was said")
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise BodyError(408, f"it did not come within {BODY_SECONDS:.0f} s: send it again") from None


def again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives what was read, and then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def check_upload(body: bytes) -> None:
    """Check that an upload holds exactly one file.

    Raises:
        BodyError: it holds more, or none.
    """
    if len(FORM_PART.findall(body)) != 1:
        raise BodyError(400, "send one file at a time")


def check_json(body: bytes) -> None:
    """Check that the ``session_hash`` of an event could be one, and that no file of another site is named.

    Raises:
        BodyError: it is not so, or the body is not JSON.
    """
    try:
        value = json.loads(body or b"{}")
        _check(value)
    except (ValueError, RecursionError):
        raise BodyError(400, "this is not JSON: send an object") from None
    session = value.get("session_hash") if isinstance(value, dict) else None
    if session is not None and not (isinstance(session, str) and SESSION_NAME.fullmatch(session)):
        raise BodyError(400, "session_hash must have at most 64 letters and digits")


def _check(value: Any) -> None:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(path := part.get("path"), str) and FOREIGN_ADDRESS.match(path):
                raise BodyError(400, "files of other sites are not fetched: upload the file itself")
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
