from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SIZE = 1_000
LOCK = """
    SELECT id FROM orders_order WHERE %s::uuid IS NULL OR id > %s ORDER BY id LIMIT %s
    FOR NO KEY UPDATE
"""
UPDATE = """
    UPDATE orders_order SET payment_status = latest.status
    FROM (
        SELECT DISTINCT ON (order_id) order_id, status FROM payments_payment
        WHERE order_id = ANY (%s) ORDER BY order_id, id DESC
    ) AS latest
    WHERE orders_order.id = latest.order_id AND orders_order.payment_status <> latest.status
"""


def catch_up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write what triggers keep from now on, in batches; repeating it changes nothing.

    Each batch is locked, so that no newer text is replaced by an older one.
    """
    last = None
    while True:
        with transaction.atomic(), editor.connection.cursor() as cursor:
            cursor.execute(LOCK, [last, last, SIZE])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            cursor.execute("SELECT orders_write_search_text(%s)", [ids])
            cursor.execute(UPDATE, [ids])
        last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0019_found_by")]

    operations = [migrations.RunPython(catch_up, migrations.RunPython.noop, elidable=True)]
