"""Strict: the base classes of what is read from files, and what is wrong with a file in words."""

from pydantic import BaseModel, ConfigDict, ValidationError


class Closed(BaseModel):
    """No unknown key, no infinity and no NaN, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Strict(Closed):
    """Closed, and no value is converted from one type to another."""

    model_config = ConfigDict(strict=True)


def first_problem(error: ValidationError, whole: str = "the file") -> tuple[str, str]:
    """Where the first problem is, and what it is, as pydantic says it.

    Args:
        whole: what to call the place where no single key is at fault.
    """
    problem = error.errors()[0]
    return ".".join(str(part) for part in problem["loc"]) or whole, problem["msg"]
