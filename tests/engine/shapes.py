"""Checks annotations of given packages: in each test, in the first calls of every function."""

import functools
import inspect
from collections import Counter
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import jaxtyping

MAX_CHECKED = 50
_jaxtyped = jaxtyping.jaxtyped
_calls_checked: Counter[Callable] = Counter()


def check_annotations(*packages: str) -> None:
    """Have what functions of these packages take and return checked; called before the packages are imported.

    Within a call, axes of the same name must have the same length. To check axes takes jaxtyping some ten
    times as long as beartype takes for plain types, so functions whose annotations name no axis are left to
    beartype alone, and in each test a function is checked in its first ``MAX_CHECKED`` calls.
    """
    jaxtyping.jaxtyped = _checked
    jaxtyping.install_import_hook(list(packages), "beartype.beartype")


def check_anew() -> None:
    """Count calls from zero again, as each test does when it begins."""
    _calls_checked.clear()


def _checked(decorated: Any = None, *, typechecker: Callable) -> Any:
    """In place of jaxtyping's own decorator, which its import hook puts on all classes and functions."""
    if decorated is None:
        return lambda target: _checked(target, typechecker=typechecker)
    if inspect.isclass(decorated):
        if is_dataclass(decorated):
            decorated.__init__ = _checked(decorated.__init__, typechecker=typechecker)
        return decorated
    if isinstance(decorated, classmethod | staticmethod):
        return type(decorated)(_checked(decorated.__func__, typechecker=typechecker))
    if isinstance(decorated, property):
        parts = (decorated.fget, decorated.fset, decorated.fdel)
        return property(*(part and _checked(part, typechecker=typechecker) for part in parts))
    return _at_first(decorated, typechecker)


def _at_first(function: Callable, typechecker: Callable) -> Callable:
    """A function whose first calls in a test are checked."""

    @functools.cache
    def checked() -> Callable:
        """The checked function, made at its first call: to make all takes longer than to import them."""
        has_axes = any("jaxtyping" in repr(annotation) for annotation in function.__annotations__.values())
        return _jaxtyped(typechecker(function), typechecker=None) if has_axes else typechecker(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if _calls_checked[function] >= MAX_CHECKED:
            return function(*args, **kwargs)
        _calls_checked[function] += 1
        return checked()(*args, **kwargs)

    return call
