"""The one error of this package."""

from __future__ import annotations


class CannotRun(Exception):
    """One sentence on what the operator has to change; printed without a traceback."""
