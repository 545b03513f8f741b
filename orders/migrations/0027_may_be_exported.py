from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0026_one_index_by_time")]

    operations = [
        migrations.AlterModelOptions(
            "order", {"permissions": [("export_order", "Can take orders out of the shop")]}
        ),
    ]
