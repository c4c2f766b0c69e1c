"""Which code runs here, and whether from a checkout or on a Space."""

from pages.house.deployment.checkout import FITTING_REMEDY, in_checkout, with_remedy
from pages.house.deployment.version import version

__all__ = ["FITTING_REMEDY", "in_checkout", "version", "with_remedy"]
