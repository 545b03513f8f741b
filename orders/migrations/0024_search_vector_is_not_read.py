from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """The column stays until the release after this one: the previous one still reads it."""

    atomic = False

    dependencies = [("orders", "0023_orders_to_fulfill")]

    operations = [RemoveIndexConcurrently("order", "orders_search")]
