import core.ids
import django.db.models.deletion
import django.utils.timezone
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_fulfilled_within_ordered"),
    ]

    operations = [
        migrations.AddField(
            "orderline",
            "returned",
            models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Sent units that have come back by a return.",
            ),
        ),
        migrations.AddField(
            "refunditem",
            "returned",
            models.PositiveIntegerField(
                db_default=0, default=0, help_text="How many of them had come back by a return."
            ),
        ),
        migrations.CreateModel(
            name="Return",
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
                        related_name="returns",
                        to="orders.order",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("approved", "Approved"),
                            ("received", "Received"),
                            ("rejected", "Rejected"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "restocked",
                    models.BooleanField(
                        default=False, help_text="Whether the units were put back into stock."
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(status="requested", decided_at=None, received_at=None)
                        | Q(
                            status__in=["approved", "rejected"],
                            decided_at__isnull=False,
                            received_at=None,
                        )
                        | Q(
                            status="received", decided_at__isnull=False, received_at__isnull=False
                        ),
                        name="orders_return_times_are_its_status",
                    ),
                    models.CheckConstraint(
                        condition=Q(restocked=False) | Q(status="received"),
                        name="orders_only_received_returns_are_restocked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                    ),
                ),
                (
                    "of_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="orders.return",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["of_return", "line"], name="orders_one_return_item_per_line"
                    ),
                    models.CheckConstraint(
                        condition=Q(quantity__gt=0), name="orders_return_item_of_something"
                    ),
                ],
            },
        ),
        AddConstraintNotValid(
            "orderline",
            models.CheckConstraint(
                condition=Q(returned__lte=F("fulfilled")), name="orders_returned_within_fulfilled"
            ),
        ),
        AddConstraintNotValid(
            "refunditem",
            models.CheckConstraint(
                condition=Q(returned__lte=F("quantity")), name="orders_refund_of_returned_units"
            ),
        ),
    ]
