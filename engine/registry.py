"""Registry: builds an object from a JSON spec such as ``{"name": "gru", "hidden_size": 46, …}``.

The signature of the constructor is the schema: every key of the spec except ``name`` must be one
of its parameters, and every parameter without a default is required.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.errors import InvalidValueError, UnknownNameError

T = TypeVar("T")


def build(kind: str, registry: Mapping[str, Callable[..., T]], spec: Any) -> T:
    """Look up ``spec["name"]`` in the registry and call its constructor with the other keys.

    Args:
        kind: what is being built, for error messages, e.g. ``"cell"``.
        registry: name -> constructor.
        spec: a JSON object with a ``name``; cards are not trusted, so anything else is refused.

    Raises:
        UnknownNameError: no such name in the registry.
        InvalidValueError: a key is missing or unknown, or the constructor refuses its value.
    """
    if not isinstance(spec, Mapping) or "name" not in spec:
        raise InvalidValueError(f"a {kind} needs a 'name', one of: {', '.join(sorted(registry))}")
    arguments = {key: value for key, value in spec.items() if key != "name"}
    if not isinstance(spec["name"], str) or spec["name"] not in registry:
        raise UnknownNameError(kind, spec["name"], registry)
    constructor = registry[spec["name"]]
    parameters = inspect.signature(constructor).parameters
    missing = [key for key, p in parameters.items() if p.default is p.empty and key not in arguments]
    unknown = [key for key in arguments if key not in parameters]
    if missing or unknown:
        problems = [f"lacks {key!r}" for key in missing] + [f"has an unknown key {key!r}" for key in unknown]
        raise InvalidValueError(
            f"{kind} {spec['name']!r} {', '.join(problems)}; it takes: {', '.join(parameters)}"
        )
    return constructor(**arguments)


def require_positive(**sizes: Any) -> None:
    """Refuse sizes that are not whole numbers of at least 1; the message names the first one.

    Raises:
        InvalidValueError: a size is not a positive integer.
    """
    for key, value in sizes.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InvalidValueError(f"{key}={value!r} must be a positive integer")
