"""Checkout: whether the app runs from one, with all commands and documents, or on a Space with none."""

from engine.folders import PROJECT

FITTING_REMEDY = "fit one with `python -m training fit`"  # what to do where there is no model


def in_checkout() -> bool:
    """Whether the programs and documents of a checkout lie next to pages/."""
    return (PROJECT / "training").is_dir()


def with_remedy(text: str, remedy: str) -> str:
    """``text: remedy``, or the text alone where the remedy, a command of a checkout, cannot be followed."""
    return f"{text}: {remedy}" if in_checkout() else text
