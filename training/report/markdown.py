"""Markdown: tables, numbers and lists as the report writes them."""

from collections.abc import Iterable, Sequence

from engine.words import listed

DASH = "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], num_text_columns: int = 1) -> list[str]:
    """Lines of a table, an empty one after it.

    Args:
        num_text_columns: columns of words at the left; the others hold numbers and are set to the right.
    """
    alignment = [":---" if column < num_text_columns else "---:" for column in range(len(head))]
    lines = [head, alignment, *rows]
    return [*("| " + " | ".join(line) + " |" for line in lines), ""]


def decimals(value: float | int | None, places: int = 3) -> str:
    """A figure with this many decimals; a dash for None."""
    return DASH if value is None else f"{value:.{places}f}"


def with_sign(value: float) -> str:
    """A difference, with its sign."""
    return f"{value:+.3f}"


def listing(parts: Iterable[str]) -> str:
    """``a, b and c``; ``none`` if there are no parts."""
    return listed(list(parts) or ["none"])
