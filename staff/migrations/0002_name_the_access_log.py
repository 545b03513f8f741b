from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """State only: the name of the log of who saw personal data, as staff read it."""

    dependencies = [("staff", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="personaldataaccess",
            options={
                "verbose_name": "personal data access",
                "verbose_name_plural": "personal data access log",
            },
        ),
    ]
