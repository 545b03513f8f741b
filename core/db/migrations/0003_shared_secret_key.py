from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("db", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="SharedSecretKey",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "fingerprint",
                    models.CharField(help_text="Derived from it; it opens nothing", max_length=64),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="db_one_secret_key"
                    )
                ],
            },
        ),
    ]
