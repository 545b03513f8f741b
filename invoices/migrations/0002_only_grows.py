from __future__ import annotations

from django.db import migrations

from core.db.append_only_v1 import only_grows


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial"), ("db", "0002_append_only")]
    operations = [only_grows("invoices_invoice"), only_grows("invoices_rendering")]
