from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("checkout", "0011_delivery_window")]

    operations = [ValidateConstraint("shippingmethod", "checkout_delivery_window_in_order")]
