"""The status of an order is that of its latest payment of which any money is expected."""

from __future__ import annotations

from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION orders_status_follows_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders_order SET payment_status = latest.status
    FROM (
        SELECT status FROM payments_payment WHERE order_id = NEW.order_id
        ORDER BY waived < amount DESC, id DESC LIMIT 1
    ) AS latest
    WHERE id = NEW.order_id AND payment_status <> latest.status;
    RETURN NULL;
END
$$
"""
BEFORE = """
CREATE OR REPLACE FUNCTION orders_status_follows_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders_order SET payment_status = NEW.status
    WHERE id = NEW.order_id AND payment_status <> NEW.status AND NOT EXISTS (
        SELECT FROM payments_payment AS later
        WHERE later.order_id = NEW.order_id AND later.id > NEW.id
    );
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0033_edits"), ("payments", "0006_waived")]

    operations = [
        migrations.RunSQL(FUNCTION, BEFORE),
        migrations.AlterField(
            "order",
            "payment_status",
            models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("authorized", "Authorized"),
                    ("paid", "Paid"),
                    ("partially_refunded", "Partially refunded"),
                    ("refunded", "Refunded"),
                    ("voided", "Voided"),
                    ("failed", "Failed"),
                ],
                db_default="paid",
                default="paid",
                editable=False,
                help_text="That of the latest payment that is to bring any money; "
                "the database keeps it.",
                max_length=20,
            ),
        ),
    ]
