import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """What a refund gives back, part by part; of a line, of shipping, or an amount of either."""

    dependencies = [("orders", "0013_shipping_offer")]

    operations = [
        migrations.AlterModelOptions("refunditem", {"ordering": ["id"]}),
        migrations.RemoveConstraint("refunditem", "orders_refund_item_of_something"),
        migrations.AddField(
            "refunditem",
            "price",
            models.BigIntegerField(
                null=True,
                blank=True,
                help_text="Before discounts; empty where only the amount was kept.",
            ),
        ),
        migrations.AddField("refunditem", "discount", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField("refunditem", "tax", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField(
            "refunditem",
            "discounts",
            models.JSONField(default=list, db_default=[], help_text="What `discount` sums up."),
        ),
        migrations.AddField(
            "refunditem",
            "taxes",
            models.JSONField(default=list, db_default=[], help_text="What `tax` sums up."),
        ),
        # In the database, only the line need not be there any more: its foreign keys stay.
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "ALTER TABLE orders_refunditem ALTER COLUMN line_id DROP NOT NULL",
                    "ALTER TABLE orders_refunditem ALTER COLUMN line_id SET NOT NULL",
                ),
            ],
            [
                migrations.AlterField(
                    "refunditem",
                    "line",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty of shipping.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.orderline",
                    ),
                ),
                migrations.AlterField(
                    "refunditem",
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_items",
                        to="payments.operation",
                    ),
                ),
            ],
        ),
        AddConstraintNotValid(
            "refunditem",
            models.CheckConstraint(
                condition=Q(amount__gte=0, discount__gte=0, tax__gte=0)
                & (Q(line__isnull=False) | Q(quantity=0))
                & (
                    Q(price=None)
                    | Q(amount=F("price") - F("discount"))
                    | Q(amount=F("price") - F("discount") + F("tax"))
                ),
                name="orders_refund_item_adds_up",
            ),
        ),
    ]
