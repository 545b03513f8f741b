"""Orders as a shop would have them, made in bulk: for measuring, and for trying the admin.

The same seed makes the same shop: who bought what, where, and what became of it. `shapes` decides
that, `rows` says which rows it is, `writing` copies them into the tables.
"""

from __future__ import annotations

from congocart.sample_orders.writing import SeedTaken, Written, generate_orders

__all__ = ["SeedTaken", "Written", "generate_orders"]
