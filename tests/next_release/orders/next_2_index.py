from django.db import migrations, models

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "next_1_columns")]
    operations = [
        AddIndexConcurrently("order", models.Index(fields=["channel"], name="orders_by_channel"))
    ]
