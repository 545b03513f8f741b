"""Writes of the inventory: one function a use case."""

from __future__ import annotations

from inventory.services.reservations import (
    consume,
    end_lapsed,
    lock_levels,
    record_sale,
    release,
    reserve,
    restock,
    sell,
)
from inventory.services.stock import (
    ADJUST_STOCK_ERRORS,
    adjust_stock,
    create_stock,
    forget_reasons,
)

__all__ = [
    "ADJUST_STOCK_ERRORS",
    "adjust_stock",
    "consume",
    "create_stock",
    "end_lapsed",
    "forget_reasons",
    "lock_levels",
    "record_sale",
    "release",
    "reserve",
    "restock",
    "sell",
]
