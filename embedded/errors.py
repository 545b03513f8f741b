"""Why the shop cannot run."""

from __future__ import annotations


class CannotRun(Exception):
    """Says in one sentence what the operator has to change; shown without a traceback."""
