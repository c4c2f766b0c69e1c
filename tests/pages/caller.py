"""Caller: a visitor without a browser, who makes the same requests of the app as its pages do."""

import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ANSWER_SECONDS = 240  # that an answer may take, on a machine with other work
BUSY = "Queue is full"  # how Gradio begins to say that; its page says "This application is currently busy"
Values = list[Any]


class BusyError(Exception):
    """The app has said that its queue is full, or that this visitor has enough in it."""


@dataclass
class Caller:
    """A visitor's tab.

    Args:
        address: of the app; ends with a slash.
        config: of the app, as its pages read it.
        page: the path of a page, "" for Play.
        query: what follows the path in the address, with its question mark.
        comes_from: the visitor's own address, as a proxy passes it on; "" for that of this machine.
        toasts: what the app has shown in the corner of the page: its words, and for how many seconds.
    """

    address: str
    config: dict[str, Any]
    page: str = ""
    query: str = ""
    comes_from: str = ""
    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    toasts: list[tuple[str, float | None]] = field(default_factory=list)

    @cached_property
    def _components(self) -> dict[int, dict[str, Any]]:
        return {component["id"]: component for component in self.config["components"]}

    def event(self, function: str, elem_id: str | None = None) -> dict[str, Any]:
        """The event of this page that calls a function; ``elem_id``: of what triggers it, if given."""
        here = self.config["page"][self.page]["dependencies"]
        (event,) = (
            dependency
            for dependency in self.config["dependencies"]
            if dependency["id"] in here
            and dependency["api_name"].rstrip("_0123456789") == function
            and elem_id in (None, *(self._elem_id(target) for target, _ in dependency["targets"]))
        )
        return event

    def _elem_id(self, component: int | None) -> str | None:
        return self._components.get(component, {}).get("props", {}).get("elem_id")

    def values(self, event: dict[str, Any], **given: Any) -> Values:
        """The event's inputs as the page has them to begin with, but for those that are given.

        Args:
            given: by elem_id; what the browser keeps by its storage key, with underscores.
        """
        inputs = [self._components[number]["props"] for number in event["inputs"]]
        names = [
            (props.get("elem_id") or props.get("storage_key") or "").replace("-", "_") for props in inputs
        ]
        return [given.get(name, props.get("value")) for name, props in zip(names, inputs, strict=True)]

    def open(self) -> bytes:
        """The page itself."""
        return self.get(f"{self.address}{self.page}{self.query}")

    def get(self, address: str) -> bytes:
        """What lies at an address."""
        with urlopen(self._request(address), timeout=ANSWER_SECONDS) as answer:
            return answer.read()

    def _request(self, address: str, body: bytes | None = None, **headers: str) -> Request:
        forwarded = {"X-Forwarded-For": self.comes_from} if self.comes_from else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request(address, body, {**named, **forwarded})

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Send a file; gives what stands for it among an event's inputs."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        (path,) = self._post("gradio_api/upload", body, f"multipart/form-data; boundary={mark}")
        return {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    def ask(
        self,
        event: dict[str, Any],
        values: Sequence[Any],
        told: Any = None,
        hear: Callable[[int], None] = lambda count: None,
    ) -> Values:
        """Trigger an event and wait until it is over; gives its outputs.

        Args:
            told: what the page tells with the event.
            hear: is called at every update on the way, with how many there have been.

        Raises:
            BusyError: the queue was full.
            RuntimeError: whatever else went wrong, as the app says it.
        """
        call = {"data": list(values), "event_data": told, "fn_index": event["id"], "trigger_id": None}
        body = json.dumps({**call, "session_hash": self.session}).encode()
        if not event["queue"]:
            return self._post(f"gradio_api/run/predict{self.query}", body)["data"]
        number = self._post(f"gradio_api/queue/join{self.query}", body)["event_id"]
        return self._wait(number, hear)

    def _post(self, path: str, body: bytes, kind: str = "application/json") -> Any:
        request = self._request(self.address + path, body, Content_Type=kind)
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            words = error.read().decode(errors="replace")
            if (error.code == 503 and BUSY in words) or error.code == 429:
                raise BusyError from None
            raise RuntimeError(f"{path}: {error.code} {words[:300]}") from None

    def _wait(self, number: str, hear: Callable[[int], None]) -> Values:
        count = 0
        address = f"{self.address}gradio_api/queue/data?session_hash={self.session}"
        with urlopen(self._request(address), timeout=ANSWER_SECONDS) as stream:
            for line in stream:
                if not line.startswith(b"data:"):
                    continue
                message = json.loads(line[5:])
                if message["msg"] == "unexpected_error":
                    raise RuntimeError(str(message))
                if message.get("event_id") != number:
                    continue
                if message["msg"] == "log":
                    self.toasts.append((message["log"], message["duration"]))
                if message["msg"] == "process_generating":
                    count += 1
                    hear(count)
                if message["msg"] == "process_completed":
                    if not message["success"]:
                        raise RuntimeError(str(message["output"]))
                    return message["output"].get("data", [])
        raise RuntimeError("the stream of answers ended before the answer")


def elapsed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that something takes, and what it gives."""
    start = time.monotonic()
    result = act()
    return time.monotonic() - start, result
