from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0025_orders_by_placed_at")]

    operations = [RemoveIndexConcurrently("order", "orders_by_time")]
