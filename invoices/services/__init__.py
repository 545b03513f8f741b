"""Writes of invoices: issuing, and storing what was rendered."""

from __future__ import annotations

from invoices.services.issuing import credit, issue
from invoices.services.rendering import RENDER_ERRORS, rendered

__all__ = ["RENDER_ERRORS", "credit", "issue", "rendered"]
