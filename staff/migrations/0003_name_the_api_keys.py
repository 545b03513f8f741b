from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """State only: the name of API keys, as staff read it."""

    dependencies = [("staff", "0002_name_the_access_log")]

    operations = [
        migrations.AlterModelOptions(
            name="apikey",
            options={"verbose_name": "API key", "verbose_name_plural": "API keys"},
        ),
    ]
