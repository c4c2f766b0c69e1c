"""Running: whether work that a visitor has started is still wanted."""

import threading


class Running:
    """A draw at work, as its visitor may end it: by the button, or by another draw."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._replaced = threading.Event()

    def stop(self) -> None:
        """Be content with the frames that are there."""
        self._stopped.set()

    def replace(self) -> None:
        """Another draw has taken the lanes."""
        self._replaced.set()

    @property
    def is_replaced(self) -> bool:
        """Whether the lanes belong to a later draw."""
        return self._replaced.is_set()

    @property
    def goes_on(self) -> bool:
        """Whether more frames are wanted."""
        return not (self._stopped.is_set() or self._replaced.is_set())
