from django.db import migrations, models

from core.db.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("checkout", "0014_vat_number")]

    operations = [
        AddIndexConcurrently(
            "checkout",
            models.Index(
                fields=["updated_at"],
                condition=~models.Q(vat_number=""),
                name="checkout_by_vat_number",
            ),
        )
    ]
