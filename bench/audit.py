"""How long `manage.py audit` takes on a shop with many orders.

    python bench/audit.py --orders 100000

Fills a database of its own (`congocart_bench`, on the server of DATABASE_URL, else on an
embedded one), a table in each statement, audits it and drops it again. Of ten orders six
are paid, one is due, one is partly refunded, one was paid and canceled, one was due and
canceled. Every order has two lines; one checkout in twenty is still open.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from embedded.postgres import EmbeddedPostgres  # noqa: E402 - needs the path

DATABASE = "congocart_bench"

# Ids as UUIDv7 are: growing with time, so that the indexes are as dense as in a real shop.
IDS = """
CREATE FUNCTION bench_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
        || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$
"""

# What each order is, worked out once: two lines of one to three units, three pounds shipping.
ORDERS = """
CREATE TABLE bench_order AS
SELECT n, n %% 10 AS fate, n %% %(variants)s AS first,
    (n %% %(variants)s + 1 + (n / %(variants)s) %% (%(variants)s - 1)) %% %(variants)s AS second,
    1 + n %% 3 AS units, 1000::bigint AS price, 300::bigint AS shipping,
    (1 + n %% 3) * 2000::bigint + 300 AS total,
    now() - interval '1 hour' - (%(orders)s - n) * interval '1 second' AS at
FROM generate_series(0, %(orders)s - 1) AS n
"""
LINES = """
CREATE TABLE bench_line AS
SELECT n, position, variant, fate, units, price, at, total / 2 AS half
FROM bench_order, LATERAL (VALUES (0, first), (1, second)) AS line (position, variant)
"""

FILL = {
    "catalog_product": """
        INSERT INTO catalog_product (id, slug, title, description, options, keywords, created_at,
            updated_at)
        SELECT bench_id(1, n), 'thing-' || n, 'Thing ' || n, '', '[]', '', now(), now()
        FROM generate_series(0, %(variants)s - 1) AS n
    """,
    "catalog_variant": """
        INSERT INTO catalog_variant (id, product_id, sku, title, options, position)
        SELECT bench_id(2, n), bench_id(1, n), 'SKU-' || n, '', '{}', 0
        FROM generate_series(0, %(variants)s - 1) AS n
    """,
    "carts_cart": """
        INSERT INTO carts_cart (id, currency, status, version, expires_at, created_at, updated_at)
        SELECT bench_id(3, n), 'GBP', 'ordered', 2, at + interval '30 days', at, at
        FROM bench_order
        UNION ALL
        SELECT bench_id(3, n), 'GBP', 'open', 1, now() + interval '30 days', now(), now()
        FROM generate_series(%(orders)s, %(checkouts)s - 1) AS n
    """,
    "checkout_checkout": """
        INSERT INTO checkout_checkout (id, cart_id, cart_version, status, version, email, currency,
            shipping_method, shipping_title, subtotal, discount, shipping, tax, total,
            reservation_expires_at, created_at, updated_at)
        SELECT bench_id(4, n), bench_id(3, n), 1, 'completed', 2, 'ada@example.com', 'GBP',
            'standard', 'Standard', total - shipping, 0, shipping, 0, total,
            at + interval '15 minutes', at, at
        FROM bench_order
        UNION ALL
        SELECT bench_id(4, n), bench_id(3, n), 1, 'ready', 1, 'ada@example.com', 'GBP', 'standard',
            'Standard', 1000, 0, 300, 0, 1300, now() + interval '15 minutes', now(), now()
        FROM generate_series(%(orders)s, %(checkouts)s - 1) AS n
    """,
    "checkout_checkoutline": """
        INSERT INTO checkout_checkoutline (id, checkout_id, position, variant_id, sku, title,
            quantity, unit_price, discount, tax, total)
        SELECT bench_id(5, 2 * n + position), bench_id(4, n), position, bench_id(2, variant),
            'SKU-' || variant, 'Thing', units, price, 0, 0, units * price
        FROM bench_line
        UNION ALL
        SELECT bench_id(5, 2 * n), bench_id(4, n), 0, bench_id(2, n %% %(variants)s), 'SKU',
            'Thing', 1, 1000, 0, 0, 1000
        FROM generate_series(%(orders)s, %(checkouts)s - 1) AS n
    """,
    "orders_order": """
        INSERT INTO orders_order (id, number, checkout_id, status,
            fulfillment_status, email, currency, shipping_address, billing_address,
            shipping_method, shipping_title, subtotal, discount, shipping, tax, total, placed_at,
            canceled_at, cancel_reason)
        SELECT bench_id(6, n), 'BENCH-' || n, bench_id(4, n),
            CASE WHEN fate >= 8 THEN 'canceled' ELSE 'open' END,
            'unfulfilled', 'ada@example.com', 'GBP', '{}', '{}', 'standard', 'Standard',
            total - shipping, 0, shipping, 0, total, at, CASE WHEN fate >= 8 THEN at END, ''
        FROM bench_order
    """,
    "orders_orderline": """
        INSERT INTO orders_orderline (id, order_id, position, variant_id, sku, title, quantity,
            unit_price, discount, tax, total)
        SELECT bench_id(7, 2 * n + position), bench_id(6, n), position, bench_id(2, variant),
            'SKU-' || variant, 'Thing', units, price, 0, 0, units * price
        FROM bench_line
    """,
    "inventory_stock": """
        INSERT INTO inventory_stock (variant_id, on_hand, reserved, tracked, backorder)
        SELECT bench_id(2, number), %(orders)s * 6 - coalesce(sold.units, 0),
            coalesce(held.units, 0), true, false
        FROM generate_series(0, %(variants)s - 1) AS number
        LEFT JOIN (
            SELECT variant AS number, sum(units) AS units
            FROM bench_line WHERE fate < 8 GROUP BY variant
        ) AS sold USING (number)
        LEFT JOIN (
            SELECT n %% %(variants)s AS number, count(*) AS units
            FROM generate_series(%(orders)s, %(checkouts)s - 1) AS n GROUP BY 1
        ) AS held USING (number)
    """,
    "inventory_reservation": """
        INSERT INTO inventory_reservation (id, checkout_id, stock_id, quantity, expires_at)
        SELECT bench_id(8, n), bench_id(4, n), bench_id(2, n %% %(variants)s), 1,
            now() + interval '15 minutes'
        FROM generate_series(%(orders)s, %(checkouts)s - 1) AS n
    """,
    "inventory_movement": """
        INSERT INTO inventory_movement (id, stock_id, delta, kind, reason, order_id, created_at)
        SELECT bench_id(9, n), bench_id(2, n), %(orders)s * 6, 'initial', '', NULL, now()
        FROM generate_series(0, %(variants)s - 1) AS n
        UNION ALL
        SELECT bench_id(10, 2 * n + position), bench_id(2, variant), -units, 'sale', '',
            bench_id(6, n), at
        FROM bench_line
        UNION ALL
        SELECT bench_id(11, 2 * n + position), bench_id(2, variant), units, 'cancellation', '',
            bench_id(6, n), at
        FROM bench_line WHERE fate >= 8
    """,
    "payments_payment": """
        INSERT INTO payments_payment (id, checkout_id, order_id, provider, capture, token, status,
            step, amount, currency, authorized, captured, voided, refunded, refunding, reference,
            decline_code, last_error, looks, created_at)
        SELECT bench_id(12, n), bench_id(4, n), bench_id(6, n), provider, capture, '', status, step,
            total, 'GBP', authorized, authorized, 0, refunded, 0,
            CASE provider WHEN 'test' THEN 'test_' || n END, '', '', 1, at
        FROM bench_order, LATERAL (
            SELECT CASE WHEN fate IN (6, 9) THEN 'manual' ELSE 'test' END AS provider,
                CASE WHEN fate IN (6, 9) THEN 'offline' ELSE 'automatic' END AS capture,
                CASE fate WHEN 6 THEN 'pending' WHEN 9 THEN 'voided' ELSE 'captured' END AS step,
                CASE fate WHEN 6 THEN 'pending' WHEN 7 THEN 'partially_refunded'
                    WHEN 8 THEN 'refunded' WHEN 9 THEN 'voided' ELSE 'paid' END AS status,
                CASE WHEN fate IN (6, 9) THEN 0 ELSE total END AS authorized,
                CASE fate WHEN 7 THEN 100 WHEN 8 THEN total ELSE 0 END AS refunded
        ) AS money
    """,
    "payments_operation": """
        INSERT INTO payments_operation (id, payment_id, kind, status, amount, reason, reference,
            last_error, looks, created_at, finished_at)
        SELECT bench_id(13, n), bench_id(12, n), CASE fate WHEN 9 THEN 'void' ELSE 'refund' END,
            'succeeded', CASE fate WHEN 7 THEN 100 WHEN 8 THEN total ELSE 0 END, '', 'refund_' || n,
            '', 0, at, at
        FROM bench_order WHERE fate >= 7
    """,
    "payments_ledgerentry": """
        INSERT INTO payments_ledgerentry (id, payment_id, kind, amount, reference, operation_id,
            created_at)
        SELECT bench_id(14, 2 * n + which), bench_id(12, n), kind, total, 'test_' || n, NULL, at
        FROM bench_order, LATERAL (VALUES (0, 'authorized'), (1, 'captured')) AS entry (which, kind)
        WHERE fate NOT IN (6, 9)
        UNION ALL
        SELECT bench_id(15, n), bench_id(12, n), 'refunded',
            CASE fate WHEN 7 THEN 100 ELSE total END, 'refund_' || n, bench_id(13, n), at
        FROM bench_order WHERE fate IN (7, 8)
    """,
    "events_event": """
        INSERT INTO events_event (id, type, subject_id, data, created_at)
        SELECT bench_id(16, 4 * n + which), type, bench_id(6, n), data, at
        FROM bench_order, LATERAL (
            SELECT 0 AS which, 'order.placed' AS type, jsonb_build_object('total', total,
                'payment_status', CASE WHEN fate IN (6, 9) THEN 'pending' ELSE 'paid' END) AS data
            UNION ALL
            SELECT 1, 'order.canceled', '{}' WHERE fate >= 8
            UNION ALL
            SELECT 2, 'order.refund_requested', '{}' WHERE fate = 7
            UNION ALL
            SELECT 3, 'order.payment_' || CASE fate WHEN 7 THEN 'partially_refunded'
                WHEN 8 THEN 'refunded' ELSE 'voided' END, '{}' WHERE fate >= 7
        ) AS told
    """,
}


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="congocart-bench-") as folder:
        server = os.environ.get("DATABASE_URL") or _embedded(Path(folder))
        url = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
        with closing(psycopg.connect(server, autocommit=True)) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            admin.execute(f"CREATE DATABASE {DATABASE}")
            try:
                _measure(url, arguments)
            finally:
                admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times manage.py audit on many orders.")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--variants", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _embedded(folder: Path) -> str:
    database = EmbeddedPostgres(folder, durable=False)
    database.start()
    return database.url


def _measure(url: str, arguments: argparse.Namespace) -> None:
    manage = [sys.executable, PROJECT / "manage.py"]
    environment = os.environ | {"DATABASE_URL": url}
    subprocess.run([*manage, "prepare"], env=environment, check=True)
    _fill(url, arguments)
    for number in range(1, arguments.rounds + 1):
        started = time.perf_counter()
        subprocess.run([*manage, "audit"], env=environment, check=True)
        seconds = time.perf_counter() - started
        print(f"round {number}: {seconds:.2f} s with starting Python\n", flush=True)


def _fill(url: str, arguments: argparse.Namespace) -> None:
    sizes = {
        "orders": arguments.orders,
        "variants": arguments.variants,
        "checkouts": arguments.orders + arguments.orders // 20,
    }
    with closing(psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)) as db:
        db.execute(IDS)
        db.execute(ORDERS, sizes)
        db.execute(LINES)
        for table, statement in FILL.items():
            started = time.perf_counter()
            rows = db.execute(statement, sizes).rowcount
            print(f"{table:24} {rows:9,} rows {time.perf_counter() - started:6.1f} s", flush=True)
        db.execute("VACUUM ANALYZE")
    print()


if __name__ == "__main__":
    main()
