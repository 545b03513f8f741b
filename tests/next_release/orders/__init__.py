"""The migrations of orders, and after them one of each kind that a release may have."""

from __future__ import annotations

import pkgutil

import orders.migrations

__path__ = [*__path__, *orders.migrations.__path__]
LAST = ("orders", max(module.name for module in pkgutil.iter_modules(orders.migrations.__path__)))
