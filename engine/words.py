"""Words: counts, lists and signed numbers in sentences."""

from collections.abc import Sequence


def counted(count: int, noun: str) -> str:
    """``1 vote``, ``1,200 votes``."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def signed(value: float | int, form: str = "g") -> str:
    """A number in a format, with a true minus sign: ``−3``."""
    return format(value, form).replace("-", "−")
