from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "next_3_constraint")]
    operations = [ValidateConstraint("order", "orders_have_a_channel")]
