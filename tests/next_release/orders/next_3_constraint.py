from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "next_2_index")]
    operations = [
        AddConstraintNotValid(
            "order",
            models.CheckConstraint(condition=~models.Q(channel=""), name="orders_have_a_channel"),
        )
    ]
