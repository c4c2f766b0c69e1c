"""Checkout: whether the app lies in one, with all commands and documents, or on a Space with neither."""

from engine.folders import PROJECT

FITTING_REMEDY = "fit one with `python -m training fit`"  # the remedy where there is no model


def in_checkout() -> bool:
    """Whether the programs and documents of a checkout lie beside the pages."""
    return (PROJECT / "training").is_dir()


def with_remedy(text: str, remedy: str) -> str:
    """``text: remedy``, or the text alone where the remedy, a command of a checkout, cannot be followed."""
    return f"{text}: {remedy}" if in_checkout() else text
