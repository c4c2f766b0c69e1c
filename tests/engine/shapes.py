"""Annotations that are checked at every call, while tests run."""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import jaxtyping

_jaxtyped = jaxtyping.jaxtyped


def check_annotations(*packages: str) -> None:
    """From the first import of these packages on, whatever is passed and returned is of its type and shape.

    Axes of one name are as long as each other within a call. That takes jaxtyping some ten times as long as
    beartype takes for plain types, so functions whose annotations name no axis are left to beartype alone.
    """
    jaxtyping.jaxtyped = _checked
    jaxtyping.install_import_hook(list(packages), "beartype.beartype")


def _checked(given: Any = None, *, typechecker: Callable) -> Any:
    """In place of jaxtyping's own decorator, which its import hook puts on all classes and functions."""
    if given is None:
        return lambda given: _checked(given, typechecker=typechecker)
    if inspect.isclass(given):
        if is_dataclass(given):
            given.__init__ = _checked(given.__init__, typechecker=typechecker)
        return given
    if isinstance(given, classmethod | staticmethod):
        return type(given)(_checked(given.__func__, typechecker=typechecker))
    if isinstance(given, property):
        parts = (given.fget, given.fset, given.fdel)
        return property(*(part and _checked(part, typechecker=typechecker) for part in parts))
    if any("jaxtyping" in repr(annotation) for annotation in given.__annotations__.values()):
        return _jaxtyped(typechecker(given), typechecker=None)
    return typechecker(given)
