from __future__ import annotations

from django.db import migrations

from core.db.append_only_v1 import FUNCTION


class Migration(migrations.Migration):
    dependencies = [("db", "0001_lock_timeout")]
    operations = [FUNCTION]
