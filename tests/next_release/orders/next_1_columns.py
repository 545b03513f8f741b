from django.db import migrations, models

from tests.next_release.orders import LAST


class Migration(migrations.Migration):
    dependencies = [LAST]
    operations = [
        migrations.AddField("order", "gift_note", models.CharField(max_length=100, null=True)),
        migrations.AddField("order", "channel", models.CharField(max_length=20, db_default="web")),
    ]
