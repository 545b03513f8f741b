from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0002_only_grows")]

    operations = [
        migrations.AddField(
            "event",
            "actor_kind",
            models.CharField(
                blank=True,
                choices=[
                    ("staff", "Staff"),
                    ("buyer", "Buyer"),
                    ("provider", "Provider"),
                    ("system", "System"),
                ],
                db_default="",
                default="",
                help_text="As whom the actor acted; empty for events of before this was kept.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "event",
            "request_id",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            "event",
            "position",
            models.PositiveIntegerField(
                editable=False, help_text="Within the chain of its subject, from 1.", null=True
            ),
        ),
        migrations.AddField(
            "event",
            "hash",
            models.BinaryField(
                editable=False,
                help_text="SHA-256 of the hash before it and of this event.",
                null=True,
            ),
        ),
    ]
