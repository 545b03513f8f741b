from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0017_vat_number")]

    operations = [
        migrations.AddField(
            "order",
            "held_at",
            models.DateTimeField(
                blank=True,
                help_text="Since when staff hold it: nothing of it is sent.",
                null=True,
            ),
        ),
        migrations.AddField(
            "order",
            "hold_reason",
            models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
    ]
