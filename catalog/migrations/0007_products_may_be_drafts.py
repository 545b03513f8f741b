"""What buyers do not see is a draft, or archived as everything of it was until now.

The previous release goes on to hide a product by `deleted_at` alone, which archives it.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_price_history")]

    operations = [
        migrations.AddField(
            "product",
            "is_draft",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
        AddConstraintNotValid(
            "product",
            models.CheckConstraint(
                condition=models.Q(("is_draft", False), ("deleted_at__isnull", False), _connector="OR"),
                name="catalog_draft_is_not_seen",
            ),
        ),
    ]
