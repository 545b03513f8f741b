from __future__ import annotations

from django.db import migrations

from core.db.versioned_v1 import FUNCTION


class Migration(migrations.Migration):
    dependencies = [("db", "0004_job_errors")]
    operations = [FUNCTION]
