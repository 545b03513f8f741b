from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    # Rows are not locked while they are checked.
    atomic = False

    dependencies = [
        ("orders", "0011_returned_within_fulfilled"),
    ]

    operations = [
        ValidateConstraint("refunditem", "orders_refund_of_returned_units"),
    ]
