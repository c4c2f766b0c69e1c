"""Hourly: how much of something an address may do within an hour; counted in memory only."""

import threading
import time
from collections import OrderedDict, deque

from engine.errors import InvalidValueError

SECONDS_AN_HOUR = 3600.0
MAX_ADDRESSES = 10_000  # that are remembered


class Hourly:
    """Counts one kind of thing that addresses do, such as beginning tests or uploading megabytes.

    Args:
        most: how much of it an address may do within any hour.
        what, done: its words in the refusal: "60 *tests* were *begun*", "400 *MB* were *uploaded*".
    """

    def __init__(self, most: int, what: str, done: str = "begun"):
        self.most, self.what, self.done = most, what, done
        self._times: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, address: str, amount: int = 1) -> None:
        """Add an amount to what an address has done.

        Raises:
            InvalidValueError: it would be too much, and is not added; the sentence says when more is allowed.
        """
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(address, deque())
            while times and times[0][0] <= now - SECONDS_AN_HOUR:
                times.popleft()
            if sum(counted for _, counted in times) + amount > self.most:
                minutes = max(1, round((times[0][0] + SECONDS_AN_HOUR - now) / 60)) if times else 60
                raise InvalidValueError(
                    f"{self.most} {self.what} were {self.done} from your address within the last hour, and "
                    f"no more are allowed: go on in {minutes} min"
                )
            times.append((now, amount))
            self._times.move_to_end(address)
            while len(self._times) > MAX_ADDRESSES:
                self._times.popitem(last=False)
