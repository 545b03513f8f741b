from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0002_help_texts'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotencykey',
            name='holder',
            field=models.UUIDField(
                help_text='The attempt whose process renews the lease', null=True
            ),
        ),
        migrations.AlterField(
            model_name='idempotencykey',
            name='leased_until',
            field=models.DateTimeField(help_text='By the clock of PostgreSQL', null=True),
        ),
    ]
