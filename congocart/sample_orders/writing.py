"""Copying sample orders into the tables, batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from random import Random
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from congocart.sample_orders.documents import credit_note_of, invoice_of, invoiced_at
from congocart.sample_orders.rows import TABLES, Row, RowMaker
from congocart.sample_orders.shapes import YEAR, Offer, SampleOrder, shapes
from core.errors import Conflict
from invoices.services import Wanted, issue_all

BATCH = 1_000
OFFERS = """
    SELECT variant.id, variant.sku,
        concat_ws(' – ', product.title, nullif(variant.title, '')), price.amount
    FROM catalog_variant AS variant
    JOIN catalog_product AS product ON product.id = variant.product_id
    JOIN catalog_price AS price ON price.variant_id = variant.id AND price.currency = %s
    WHERE variant.deleted_at IS NULL AND product.deleted_at IS NULL AND price.amount > 0
    ORDER BY variant.sku
"""
# Sorted, as everyone locks stock.
LOCK_STOCK = """
    SELECT FROM inventory_stock WHERE variant_id = ANY (%s) ORDER BY variant_id FOR NO KEY UPDATE
"""
ADD_STOCK = """
    UPDATE inventory_stock SET on_hand = on_hand + back.units
    FROM unnest(%s::uuid[], %s::integer[]) AS back (variant_id, units)
    WHERE inventory_stock.variant_id = back.variant_id
"""


class SeedTaken(Conflict):
    """The orders of this seed are in the shop already."""


class NothingToOrder(Conflict):
    """No variant has a price in this currency."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many orders and rows are in the tables so far."""

    orders: int
    rows: int


def generate_orders(*, count: int, seed: int, currency: str, now: datetime) -> Iterator[Written]:
    """Write orders of the year until `now`, and yield after each batch how far it is.

    Each batch is one transaction after which every invariant holds, so that it can be stopped
    at any time. The units that are ordered are put into stock first. Raises `SeedTaken` and
    `NothingToOrder`.
    """
    with connection.cursor() as cursor:
        cursor.execute(OFFERS, [currency])
        offers = [Offer(*row) for row in cursor.fetchall()]
    if not offers:
        raise NothingToOrder
    random = Random(seed)
    made = shapes(random, count=count, seed=seed, offers=offers, now=now)
    writer = _Writer(RowMaker(random, currency), now)
    for _, batch in groupby(made, key=lambda order: order.index // BATCH):
        yield writer.write(list(batch))


class _Writer:
    """Writes batches; remembers which buyers have their account by now."""

    def __init__(self, maker: RowMaker, now: datetime) -> None:
        self.maker = maker
        self.began_at = now - YEAR
        self.accounts: dict[int, UUID] = {}
        self.orders = self.rows = 0

    def write(self, batch: list[SampleOrder]) -> Written:
        """Write the rows of some orders, a table at a time, and issue their invoices.

        All of it is made up first: stock and numbers are locked while they are written.
        """
        tables: dict[str, list[tuple[object, ...]]] = {name: [] for name in TABLES}
        for table, row in self._rows_of(batch):
            tables[table].append(row)
        invoices, notes = self._documents_of(batch)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM orders_order WHERE number = %s", [batch[0].number])
            if cursor.rowcount:
                raise SeedTaken
            self._move_stock(cursor, batch)
            for table, columns in TABLES.items():
                names = ", ".join(columns.split())
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in tables[table]:
                        copy.write_row(row)
            issued = issue_all(invoices)
            issue_all([replace(note, credited=issued[position]) for position, note in notes])
        self.orders += len(batch)
        self.rows += sum(map(len, tables.values())) + len(invoices) + len(notes)
        return Written(self.orders, self.rows)

    def _rows_of(self, batch: list[SampleOrder]) -> Iterator[Row]:
        taken: Counter[UUID] = Counter()
        for order in batch:
            if order.customer is not None and order.customer not in self.accounts:
                self.accounts[order.customer] = self.maker.id_at(order.placed_at)
                user_id = self.accounts[order.customer]
                yield self.maker.account(user_id, order.buyer, order.placed_at)
            customer_id = None if order.customer is None else self.accounts[order.customer]
            yield from self.maker.of(order, customer_id)
            taken.update({offer.variant_id: units for offer, units in order.lines})
        for variant_id, units in taken.items():
            yield self.maker.restocked(variant_id, units, self.began_at)

    def _documents_of(
        self, batch: list[SampleOrder]
    ) -> tuple[list[Wanted], list[tuple[int, Wanted]]]:
        """Return the invoices of a batch, and its credit notes with the positions of theirs.

        Each in the order of their time. The next batch has later numbers, though its first
        invoices are older than the last notes.
        """
        currency, ids = self.maker.currency, self.maker.ids
        due = [(at, order) for order in batch if (at := invoiced_at(order))]
        due.sort(key=lambda each: each[0])
        invoices, notes = [], []
        for position, (at, order) in enumerate(due):
            placed, credited = ids[order.index]
            invoices.append(Wanted(placed, placed, invoice_of(order, currency), at))
            if draft := credit_note_of(order, currency):
                notes.append((position, Wanted(placed, credited, draft, order.ended_at)))
        notes.sort(key=lambda each: each[1].at)
        ids.clear()
        return invoices, notes

    @staticmethod
    def _move_stock(cursor: CursorWrapper, batch: list[SampleOrder]) -> None:
        """Add to stock what came back: what was sold had been put there before."""
        back: Counter[UUID] = Counter()
        for order in batch:
            if order.canceled:
                back.update({offer.variant_id: units for offer, units in order.lines})
        cursor.execute(LOCK_STOCK, [list(back)])
        cursor.execute(ADD_STOCK, [list(back), list(back.values())])
