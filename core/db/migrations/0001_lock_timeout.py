from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from core.db.timeouts import set_timeouts


def set_database_timeouts(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set those of the version that migrates; `prepare` does so again when they change."""
    set_timeouts()


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunPython(set_database_timeouts, migrations.RunPython.noop)]
