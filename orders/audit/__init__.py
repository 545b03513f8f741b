"""Invariants of orders."""

from __future__ import annotations

from orders.audit import edits, goods, money

CHECKS = [*money.CHECKS, *goods.CHECKS, *edits.CHECKS]
