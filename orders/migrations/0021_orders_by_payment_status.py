from django.db import migrations, models

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0020_orders_placed_before")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(fields=["payment_status", "-id"], name="orders_by_payment_status"),
        ),
    ]
