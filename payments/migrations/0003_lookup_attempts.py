from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Name fields and their help in plain words; no column changes."""

    dependencies = [("payments", "0002_only_grows")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("payment", "looks", "lookup_attempts"),
                migrations.RenameField("operation", "looks", "lookup_attempts"),
                *[
                    migrations.AlterField(
                        model_name=name,
                        name="lookup_attempts",
                        field=models.PositiveSmallIntegerField(db_column="looks", default=0),
                    )
                    for name in ("payment", "operation")
                ],
            ]
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="reference",
            field=models.CharField(help_text="The provider's id of this movement.", max_length=255),
        ),
        migrations.AlterField(
            model_name="operation",
            name="amount",
            field=models.BigIntegerField(help_text="Minor units; of a void, what it releases."),
        ),
        *[
            migrations.AlterField(
                model_name=name,
                name="reference",
                field=models.CharField(
                    blank=True, help_text="The provider's id.", max_length=255, null=True
                ),
            )
            for name in ("payment", "operation")
        ],
        migrations.AlterField(
            model_name="payment",
            name="refunding",
            field=models.BigIntegerField(default=0, help_text="Requested, not confirmed yet."),
        ),
        migrations.AlterField(
            model_name="payment",
            name="step",
            field=models.CharField(
                blank=True,
                choices=[
                    (kind, kind)
                    for kind in (
                        "unknown",
                        "requires_action",
                        "pending",
                        "declined",
                        "authorized",
                        "voided",
                        "captured",
                        "refunded",
                    )
                ],
                help_text="The furthest step that the provider has reported; "
                "empty before it was asked.",
                max_length=20,
                null=True,
            ),
        ),
    ]
