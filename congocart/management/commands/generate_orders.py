from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from congocart.sample_orders import generate_orders
from core.errors import CongoCartError

MOST = 10_000_000


def _count(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST):
        raise ArgumentTypeError(f"expected a whole number from 1 to {MOST:,}")
    return int(text)


class Command(BaseCommand):
    """Fill the shop with a year of orders, a batch in each transaction."""

    help = "Makes realistic orders in bulk, with customers, payments, fulfillments and refunds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=_count, help="how many orders")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same orders")
        parser.add_argument(
            "--in-production", action="store_true", help="do it though this shop is a real one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["in_production"]:
            raise CommandError(
                "These orders nobody placed would stand among real ones; --in-production allows it."
            )
        started = time.perf_counter()
        try:
            for written in generate_orders(
                count=options["count"],
                seed=options["seed"],
                currency=settings.DEFAULT_CURRENCY,
                now=timezone.now(),
            ):
                self.stdout.write(f"{written.orders:,} orders, {written.rows:,} rows")
        except CongoCartError as error:
            raise CommandError(error.detail) from None
        # Plans are made from statistics; what autovacuum is at already is left to it.
        statement = "VACUUM (ANALYZE, SKIP_LOCKED)"
        if connection.in_atomic_block:  # of a test, where nothing can be vacuumed
            statement = "ANALYZE"
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(statement)
            cursor.execute("RESET statement_timeout")
        self.stdout.write(f"{time.perf_counter() - started:.1f} s")
