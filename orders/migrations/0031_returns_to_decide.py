from django.db import migrations, models
from django.db.models import Q

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0030_orders_maybe_done")]

    operations = [
        AddIndexConcurrently(
            "return",
            models.Index(
                fields=["order"], condition=Q(status="requested"), name="orders_returns_to_decide"
            ),
        ),
    ]
