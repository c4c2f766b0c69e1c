"""Commands of ``python -m engine``, one a file."""

from engine.commands.score import add_arguments, score_lines

__all__ = ["add_arguments", "score_lines"]
