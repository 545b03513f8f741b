"""The port through which a new variant gets its stock, which lies above the catalogue.

The stock of a variant is created in the transaction that creates the variant,
whoever calls: the API, the import, the demo shop or a test. So there is no
variant without stock. `inventory` plugs itself in when the apps are ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID


class CreateStock(Protocol):
    """Creates the stock of new variants: units at hand by variant id."""

    def __call__(
        self, *, quantities: Mapping[UUID, int], actor_id: UUID | None, now: datetime
    ) -> None: ...


_plugged_in: list[CreateStock] = []


def stock_is_created_by(create_stock: CreateStock) -> None:
    """Plugs in what creates stock; the last one plugged in counts."""
    _plugged_in[:] = [create_stock]


def create_stock(*, quantities: Mapping[UUID, int], actor_id: UUID | None, now: datetime) -> None:
    """Creates the stock of new variants, inside the caller's transaction."""
    (create,) = _plugged_in
    create(quantities=quantities, actor_id=actor_id, now=now)
