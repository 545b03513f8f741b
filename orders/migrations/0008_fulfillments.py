import core.ids
import django.db.models.deletion
import django.utils.timezone
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_priced_by_a_ledger"),
        ("orders", "0007_priced_by_a_ledger"),
    ]

    operations = [
        migrations.AddField(
            "orderline",
            "fulfilled",
            models.PositiveIntegerField(
                db_default=0, default=0, help_text="Units that have been sent."
            ),
        ),
        migrations.CreateModel(
            name="Fulfillment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fulfillments",
                        to="orders.order",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("canceled", "Canceled"),
                        ],
                        default="shipped",
                        max_length=10,
                    ),
                ),
                ("carrier", models.CharField(blank=True, max_length=100)),
                ("tracking_number", models.CharField(blank=True, max_length=100)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("canceled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            status="delivered", delivered_at__isnull=False, canceled_at=None
                        )
                        | Q(status="canceled", canceled_at__isnull=False, delivered_at=None)
                        | Q(status="shipped", delivered_at=None, canceled_at=None),
                        name="orders_fulfillment_times_are_its_status",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FulfillmentItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                (
                    "fulfillment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="orders.fulfillment",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["fulfillment", "line"], name="orders_one_fulfillment_item_per_line"
                    ),
                    models.CheckConstraint(
                        condition=Q(quantity__gt=0), name="orders_fulfillment_item_of_something"
                    ),
                ],
            },
        ),
        AddConstraintNotValid(
            "orderline",
            models.CheckConstraint(
                condition=Q(fulfilled__lte=F("quantity")), name="orders_fulfilled_within_ordered"
            ),
        ),
    ]
