"""Writes of invoices: issuing, and storing what was rendered."""

from __future__ import annotations

from invoices.services.issuing import Wanted, credit, issue, issue_all
from invoices.services.rendering import RENDER_ERRORS, rendered

__all__ = ["RENDER_ERRORS", "Wanted", "credit", "issue", "issue_all", "rendered"]
