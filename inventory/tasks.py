"""What the worker does for the inventory."""

from __future__ import annotations

from inventory import emails

__all__ = ["emails"]
