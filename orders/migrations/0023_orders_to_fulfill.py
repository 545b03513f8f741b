from django.db import migrations, models
from django.db.models import Q

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0022_orders_by_fulfillment_status")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["-id"],
                condition=Q(
                    status="open",
                    fulfillment_status__in=["unfulfilled", "partially_fulfilled"],
                    payment_status__in=["authorized", "paid", "partially_refunded"],
                ),
                name="orders_to_fulfill",
            ),
        ),
    ]
