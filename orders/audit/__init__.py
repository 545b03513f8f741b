"""Invariants of orders."""

from __future__ import annotations

from orders.audit import goods, money

CHECKS = [*money.CHECKS, *goods.CHECKS]
