"""Optimistic concurrency: a writer may say which version it has read."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from core.errors import VersionMismatch


def require_version(actual: int, expected: AbstractSet[int] | None) -> None:
    """Raise `VersionMismatch` unless `expected` is None (no condition) or names `actual`."""
    if expected is not None and actual not in expected:
        raise VersionMismatch(current_version=actual)
