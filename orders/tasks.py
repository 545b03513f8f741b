"""What the worker does for orders."""

from __future__ import annotations

from orders import emails

__all__ = ["emails"]
