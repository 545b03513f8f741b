from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    # Validating reads the table; nothing has to wait for it.
    atomic = False

    dependencies = [("catalog", "0007_products_may_be_drafts")]

    operations = [ValidateConstraint("product", "catalog_draft_is_not_seen")]
