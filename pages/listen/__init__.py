"""The pages of listening tests: Compare and Trial."""

from pages.listen.listening_room import ListeningRoom
from pages.listen.vote_copy import open_copy
from pages.listen.vote_store import open_store

__all__ = ["ListeningRoom", "open_copy", "open_store"]
