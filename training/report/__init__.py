"""The report: docs/results.md, its pictures and assets/results.json."""

from training.report.report import write_report

__all__ = ["write_report"]
