from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='idempotencykey',
            name='sealed',
            field=models.BinaryField(
                help_text="Headers and body of the response, encrypted", null=True
            ),
        ),
    ]
