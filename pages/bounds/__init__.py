"""Bounds: what a visitor may take of the app, so that enough is left for the others."""

from pages.bounds.hourly import Hourly
from pages.bounds.retention import Retention, attempt
from pages.bounds.visitor_address import address_of, is_public
from pages.bounds.waiting import Waiting

__all__ = ["Hourly", "Retention", "Waiting", "address_of", "attempt", "is_public"]
