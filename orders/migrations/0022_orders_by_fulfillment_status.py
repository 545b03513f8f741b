from django.db import migrations, models

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0021_orders_by_payment_status")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(fields=["fulfillment_status", "-id"], name="orders_by_fulfillment_status"),
        ),
    ]
