"""Live: the page on which the models play in a visitor's own browser, and the files that it needs."""

from engine.live.folder import write_site
from engine.live.site import Site, media_type

__all__ = ["Site", "media_type", "write_site"]
