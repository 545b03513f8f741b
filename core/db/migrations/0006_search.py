from __future__ import annotations

from django.db import migrations

from core.db.search_v1 import FOLDED, TRIGRAMS


class Migration(migrations.Migration):
    dependencies = [("db", "0005_versioned")]
    operations = [FOLDED, TRIGRAMS]
