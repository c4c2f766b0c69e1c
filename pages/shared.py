"""Shared: what the pages of one app have in common, made when the app starts and changed by no visitor."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass

from engine.listening import VoteStore
from engine.representations import REPRESENTATIONS
from pages.house import SECRET_VARIABLE, Catalogue, Visitors, loaded, open_visitors, read_catalogue, version
from pages.listen import VOTES_LOG, ListeningRoom, open_copy, open_store


@dataclass(frozen=True)
class Shared:
    """What a page may be built from.

    Args:
        catalogues: name of a representation -> its models.
        store: where votes are kept.
        room: where listening tests are set up.
        visitors: gives visitors their ids, and knows them again.
    """

    catalogues: Mapping[str, Catalogue]
    store: VoteStore
    room: ListeningRoom
    visitors: Visitors


def open_shared() -> Shared:
    """Read the catalogues, and open the store of votes and its copy."""
    store = open_store()
    copy = open_copy(store)
    if copy and not os.environ.get(SECRET_VARIABLE):
        warning = "visitors will not be known again when this disk is forgotten: set %s to a long text"
        logging.getLogger(VOTES_LOG).warning(warning, SECRET_VARIABLE)
    room = ListeningRoom(store, loaded, version=version(), copy=copy.add if copy else None)
    catalogues = {kind: read_catalogue(kind) for kind in REPRESENTATIONS}
    return Shared(catalogues, store, room, open_visitors(store.path.parent, os.environ))
