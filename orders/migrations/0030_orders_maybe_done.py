from django.db import migrations, models
from django.db.models import Q

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0029_completed_orders_validated")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["id"],
                condition=Q(
                    Q(fulfillment_status__in=("fulfilled", "returned"))
                    | Q(payment_status__in=("partially_refunded", "refunded")),
                    status="open",
                    held_at=None,
                    payment_status__in=("paid", "partially_refunded", "refunded"),
                ),
                name="orders_maybe_done",
            ),
        ),
    ]
