"""The pages of listening tests: Compare and Trial."""

from pages.listen.listening_room import ListeningRoom
from pages.listen.vote_copy import VOTES_LOG, open_copy
from pages.listen.vote_store import open_store

__all__ = ["VOTES_LOG", "ListeningRoom", "open_copy", "open_store"]
