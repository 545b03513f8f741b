"""E-mail addresses come into the form in which they are compared."""

from django.db import migrations

from core.db.batches import rewrite
from core.email_address import normalize_email


def one_form(apps, schema_editor):
    rows = apps.get_model("checkout", "Checkout").objects.exclude(email__regex=r"^[\x01-\x7f]*$")
    rewrite(rows, lambda row: {"email": normalize_email(row["email"])}, ["email"])


class Migration(migrations.Migration):
    # Batch by batch: rows are not locked until the last is done, and a second run goes on.
    atomic = False

    dependencies = [
        ("checkout", "0006_totals_add_up"),
    ]

    operations = [
        migrations.RunPython(one_form, migrations.RunPython.noop),
    ]
