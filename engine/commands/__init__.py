"""Commands of ``python -m engine``, one a file: its arguments, and ``run``, which does it and prints."""

from engine.commands import analyse, bundle, list, render, sample, score

__all__ = ["analyse", "bundle", "list", "render", "sample", "score"]
