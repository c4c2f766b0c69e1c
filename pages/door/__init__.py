"""The door: which requests are answered at all, and how large they may be."""

from pages.door.door import Door
from pages.door.empty_streams import EmptyStreams
from pages.door.names import Names
from pages.door.routes import Routes

__all__ = ["Door", "EmptyStreams", "Names", "Routes"]
