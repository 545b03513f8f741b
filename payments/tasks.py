"""What the worker does for payments; `checkout` declares their recovery."""

from __future__ import annotations

from payments import emails

__all__ = ["emails"]
