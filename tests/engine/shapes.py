"""Annotations that are checked in the first calls of every function in every test."""

import functools
import inspect
from collections import Counter
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import jaxtyping

MAX_CHECKED = 50
_jaxtyped = jaxtyping.jaxtyped
_num_checked: Counter[Callable] = Counter()


def check_annotations(*packages: str) -> None:
    """From the first import of these packages on, whatever is passed and returned is of its type and shape.

    Axes of one name are as long as each other within a call. That takes jaxtyping some ten times as long as
    beartype takes for plain types, so functions whose annotations name no axis are left to beartype alone,
    and a function that a test calls again and again is believed after ``MAX_CHECKED`` calls.
    """
    jaxtyping.jaxtyped = _checked
    jaxtyping.install_import_hook(list(packages), "beartype.beartype")


def check_anew() -> None:
    """Another test begins: the first calls are checked again."""
    _num_checked.clear()


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
    return _at_first(given, typechecker)


def _at_first(function: Callable, typechecker: Callable) -> Callable:
    """A function whose first calls in a test are checked."""

    @functools.cache
    def checked() -> Callable:
        """Made when it is called: to make all takes longer than to import them."""
        has_axes = any("jaxtyping" in repr(annotation) for annotation in function.__annotations__.values())
        return _jaxtyped(typechecker(function), typechecker=None) if has_axes else typechecker(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if _num_checked[function] >= MAX_CHECKED:
            return function(*args, **kwargs)
        _num_checked[function] += 1
        return checked()(*args, **kwargs)

    return call
