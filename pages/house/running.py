"""Running: whether work that a visitor has started is still wanted."""

import threading


class Running:
    """Work on a page's lanes, which its visitor ends by pressing Stop or by starting other work."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._replaced = threading.Event()

    def stop(self) -> None:
        """End the work, and keep what there is."""
        self._stopped.set()

    def replace(self) -> None:
        """End the work, since later work has taken the lanes."""
        self._replaced.set()

    @property
    def is_replaced(self) -> bool:
        """Whether later work has the lanes."""
        return self._replaced.is_set()

    @property
    def goes_on(self) -> bool:
        """Whether more of it is wanted: it was neither stopped nor replaced."""
        return not (self._stopped.is_set() or self._replaced.is_set())
