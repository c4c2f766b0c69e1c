"""Hourly: how often an address may do something within an hour; kept in memory alone."""

import threading
import time
from collections import deque

from engine.errors import InvalidValueError

HOUR = 3600.0
MAX_ADDRESSES = 10_000  # that are remembered


class Hourly:
    """Counts what addresses do.

    Args:
        most: times within any hour.
        what: is done, for the sentence.
    """

    def __init__(self, most: int, what: str):
        self.most, self.what = most, what
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, address: str) -> None:
        """Once more.

        Raises:
            InvalidValueError: that is too often; the sentence says when it can be done again.
        """
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(address, deque())
            while times and times[0] <= now - HOUR:
                times.popleft()
            if len(times) >= self.most:
                minutes = max(1, round((times[0] + HOUR - now) / 60))
                raise InvalidValueError(
                    f"{self.most} {self.what} were begun from your address within the last hour, and no more "
                    f"are allowed: go on in {minutes} min"
                )
            times.append(now)
            if len(self._times) > MAX_ADDRESSES:
                self._times = {key: kept for key, kept in self._times.items() if kept[-1] > now - HOUR}
