from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("checkout", "0010_shipping")]

    operations = [
        AddConstraintNotValid(
            "shippingmethod",
            models.CheckConstraint(
                condition=Q(min_days__lte=F("max_days")) | Q(min_days=None) | Q(max_days=None),
                name="checkout_delivery_window_in_order",
            ),
        ),
    ]
