from django.db import migrations, models

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0024_search_vector_is_not_read")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(fields=["-placed_at", "-id"], name="orders_by_placed_at"),
        ),
    ]
