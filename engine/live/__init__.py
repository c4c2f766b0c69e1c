"""Live: the models in a visitor's own browser: the page, and the files that it draws and plays with."""

from engine.live.folder import write_site
from engine.live.site import Site, media_type

__all__ = ["Site", "media_type", "write_site"]
