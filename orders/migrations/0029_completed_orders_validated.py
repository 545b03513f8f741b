from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    # Rows are not locked while they are checked.
    atomic = False

    dependencies = [("orders", "0028_completed_orders")]

    operations = [ValidateConstraint("order", "orders_completed_when_it_says_so")]
