from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_fulfilled_within_ordered")]

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
