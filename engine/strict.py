"""Strict: base classes for what is read from files, and what is wrong with a file, in words."""

from pydantic import BaseModel, ConfigDict, ValidationError


class Closed(BaseModel):
    """Refuses unknown keys, infinity and NaN; its fields cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Strict(Closed):
    """Closed, and no value is converted from one type to another."""

    model_config = ConfigDict(strict=True)


def first_problem(error: ValidationError, whole: str = "the file") -> tuple[str, str]:
    """Where the first problem is (its key), and what it is, in pydantic's words.

    Args:
        whole: what to name as the place where no single key is at fault.
    """
    problem = error.errors()[0]
    return ".".join(str(part) for part in problem["loc"]) or whole, problem["msg"]
