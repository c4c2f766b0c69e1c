"""DrawRequest: everything that decides a draw, and the link that gives the same draw to someone else.

Conventions
    link   ``?models=a,b&length=128&seed=7…``, the query of an address
    prime  "" for none, the name of a shipped excerpt, ``roll:`` and a packed piano roll (notes that a visitor
           uploaded or has heard), or ``own`` for uploaded sound, which is too long for a link
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlencode

from engine.errors import InvalidValueError
from pages.house import LIMITS, MAX_LANES, OWN, number

MAX_LINKED_CHARACTERS = 6_000  # servers refuse much longer addresses


@dataclass(frozen=True)
class DrawRequest:
    """One press of the button.

    Args:
        models: one to four checkpoint names.
        length: frames of music, or seconds of speech, to sample.
        seed, temperature: as in SamplingOptions.
        tempo: quarter notes a minute; has no meaning for speech.
        program: General MIDI number of the instrument, from 0; has no meaning for speech.
        prime: what is continued.
        until_end: whether a draw stops where its piece ends, if that is within its length.
        kept: share of the prime that the models are given, from its start; the rest is theirs to invent.

    Raises:
        InvalidValueError: something is out of range.
    """

    models: tuple[str, ...]
    length: float
    seed: int
    temperature: float = 1.0
    tempo: float = 100.0
    program: int = 0
    prime: str = ""
    until_end: bool = False
    kept: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= len(self.models) <= MAX_LANES:
            raise InvalidValueError(f"choose one to {MAX_LANES} models; {len(self.models)} are chosen")
        if len(set(self.models)) != len(self.models):
            raise InvalidValueError("choose each model only once: the same numbers give it the same draw")
        for name, (lowest, highest) in LIMITS.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and lowest <= value <= highest):
                raise InvalidValueError(f"{name} {value:.10g} must be from {lowest:g} to {highest:.10g}")

    @property
    def link(self) -> str | None:
        """The query of an address that gives this draw, or None where the prime is too long for one."""
        if self.prime == OWN or len(self.prime) > MAX_LINKED_CHARACTERS:
            return None
        defaults = {field.name: field.default for field in fields(self)}
        values = {key: value for key, value in asdict(self).items() if value != defaults[key]}
        values["models"] = ",".join(self.models)
        exact = {key: str(value).removesuffix(".0") for key, value in values.items()}
        return "?" + urlencode(exact, safe=",:")

    @classmethod
    def of(cls, models: tuple[str, ...], values: Mapping[str, Any]) -> "DrawRequest":
        """A request from what a page, a link or a program gives; what that leaves out takes its default.

        Raises:
            InvalidValueError: a value is empty, no number or out of range, or length or seed is missing.
        """
        whole = ("seed", "program")
        given = {
            name: number(name, values[name], int if name in whole else float)
            for name in LIMITS
            if name in values
        }
        if "until_end" in values:
            given["until_end"] = _truth("until_end", values["until_end"])
        if "prime" in values:
            given["prime"] = str(values["prime"])
        if missing := [name for name in ("length", "seed") if name not in given]:
            raise InvalidValueError(f"{missing[0]} is missing: give a number")
        return cls(models, **given)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "DrawRequest | None":
        """The request of a link, or None if the address asks for no draw.

        Raises:
            InvalidValueError: the link was damaged on its way.
        """
        if "models" not in query:
            return None
        try:
            return cls.of(tuple(query["models"].split(",")), query)
        except InvalidValueError as error:
            raise InvalidValueError(
                f"this link is damaged ({error}); ask for it again, or choose below"
            ) from None


def _truth(name: str, given: Any) -> bool:
    """True or False from what a box, a link or a program gives; raises InvalidValueError for others."""
    truths = {"true": True, "false": False}
    if str(given).lower() not in truths:
        raise InvalidValueError(f"{name} {repr(given)[:40]} must be True or False")
    return truths[str(given).lower()]
