"""Template: HTML from a Jinja file next to its page; values are escaped unless marked ``| safe``."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def rendered(template: Path, **values: Any) -> str:
    """The HTML of a template, ``NAME.html.jinja``, which may import from others in its folder.

    Args:
        values: what the template names; HTML among them must be marked ``| safe`` there.

    Raises:
        jinja2.UndefinedError: the template names a value that is not given.
    """
    return _environment(template.parent).get_template(template.name).render(values)


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
