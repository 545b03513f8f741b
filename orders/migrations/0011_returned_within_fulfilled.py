from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    # Rows are not locked while they are checked.
    atomic = False

    dependencies = [
        ("orders", "0010_returns"),
    ]

    operations = [
        ValidateConstraint("orderline", "orders_returned_within_fulfilled"),
    ]
