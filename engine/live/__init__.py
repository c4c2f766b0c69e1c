"""Live: the models in a visitor's own browser: the page, and what it is given to draw and to play with."""

from engine.live.folder import write_site
from engine.live.site import Site, media_type

__all__ = ["Site", "media_type", "write_site"]
