from __future__ import annotations

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from core.db.containing import Trigrams

# Values have lines of their own, each after an empty one, so that where one begins can be found.
WRITES_SEARCH_TEXT = migrations.RunSQL(
    r"""
    CREATE FUNCTION orders_write_search_text(orders uuid[]) RETURNS void LANGUAGE sql AS $$
        INSERT INTO orders_searchtext (order_id, text)
        SELECT placed.id, E'\n\n' || congocart_folded(concat_ws(
            E'\n\n', placed.number, replace(placed.number, '-', ''), placed.email,
            (
                SELECT string_agg(DISTINCT concat_ws(
                    E'\n\n', names.first_name, names.last_name, names.company, names.city
                ), E'\n\n')
                FROM (VALUES (placed.shipping_address), (placed.billing_address)) AS given (address),
                    jsonb_to_record(given.address)
                    AS names (first_name text, last_name text, company text, city text)
            ),
            (
                SELECT string_agg(DISTINCT line.sku, E'\n\n')
                FROM orders_orderline AS line WHERE line.order_id = placed.id
            )
        )) || E'\n'
        FROM orders_order AS placed
        WHERE placed.id = ANY (orders)
        ON CONFLICT (order_id) DO UPDATE SET text = excluded.text
        WHERE orders_searchtext.text <> excluded.text
    $$
    """,
    "DROP FUNCTION orders_write_search_text(uuid[])",
)
# An order is placed and edited by writing its lines, one statement for all of them.
FOLLOWS_LINES = migrations.RunSQL(
    """
    CREATE FUNCTION orders_search_text_follows_lines() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM orders_write_search_text(ARRAY(SELECT DISTINCT order_id FROM changed));
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER search_text_follows_new_lines AFTER INSERT ON orders_orderline
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION orders_search_text_follows_lines();
    CREATE TRIGGER search_text_follows_removed_lines AFTER DELETE ON orders_orderline
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION orders_search_text_follows_lines()
    """,
    """
    DROP TRIGGER search_text_follows_new_lines ON orders_orderline;
    DROP TRIGGER search_text_follows_removed_lines ON orders_orderline;
    DROP FUNCTION orders_search_text_follows_lines()
    """,
)
FOLLOWS_ORDER = migrations.RunSQL(
    """
    CREATE FUNCTION orders_search_text_follows_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM orders_write_search_text(ARRAY[NEW.id]);
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER search_text_follows_order
    AFTER UPDATE OF number, email, shipping_address, billing_address ON orders_order
    FOR EACH ROW EXECUTE FUNCTION orders_search_text_follows_order()
    """,
    """
    DROP TRIGGER search_text_follows_order ON orders_order;
    DROP FUNCTION orders_search_text_follows_order()
    """,
)
# Payments know no orders, and the previous release does not write the column: so the database does.
FOLLOWS_PAYMENT = migrations.RunSQL(
    """
    CREATE FUNCTION orders_status_follows_payment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE orders_order SET payment_status = NEW.status
        WHERE id = NEW.order_id AND payment_status <> NEW.status AND NOT EXISTS (
            SELECT FROM payments_payment AS later
            WHERE later.order_id = NEW.order_id AND later.id > NEW.id
        );
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER order_follows_new_payment AFTER INSERT ON payments_payment
    FOR EACH ROW WHEN (NEW.order_id IS NOT NULL) EXECUTE FUNCTION orders_status_follows_payment();
    CREATE TRIGGER order_follows_payment AFTER UPDATE OF status, order_id ON payments_payment
    FOR EACH ROW WHEN (NEW.order_id IS NOT NULL) EXECUTE FUNCTION orders_status_follows_payment()
    """,
    """
    DROP TRIGGER order_follows_new_payment ON payments_payment;
    DROP TRIGGER order_follows_payment ON payments_payment;
    DROP FUNCTION orders_status_follows_payment()
    """,
)


class Migration(migrations.Migration):
    dependencies = [
        ("db", "0006_search"),
        ("payments", "0005_money_that_is_due"),
        ("orders", "0018_held"),
    ]

    operations = [
        migrations.AddField(
            "order",
            "payment_status",
            models.CharField(
                max_length=20,
                choices=[
                    ("pending", "Pending"),
                    ("authorized", "Authorized"),
                    ("paid", "Paid"),
                    ("partially_refunded", "Partially refunded"),
                    ("refunded", "Refunded"),
                    ("voided", "Voided"),
                    ("failed", "Failed"),
                ],
                default="paid",
                db_default="paid",
                editable=False,
                help_text="That of the latest payment; the database keeps it so.",
            ),
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("text", models.TextField()),
            ],
            options={
                "indexes": [GinIndex(Trigrams("text"), name="orders_searchtext_trigrams")],
            },
        ),
        WRITES_SEARCH_TEXT,
        FOLLOWS_LINES,
        FOLLOWS_ORDER,
        FOLLOWS_PAYMENT,
    ]
