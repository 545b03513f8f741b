from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Check the refunds that were there before."""

    atomic = False

    dependencies = [("orders", "0014_refund_shares")]

    operations = [
        ValidateConstraint("refunditem", "orders_refund_item_adds_up"),
    ]
