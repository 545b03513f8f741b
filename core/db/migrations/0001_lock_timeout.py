from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# A setting of the database rather than of the session, so that it costs no
# statement and holds behind PgBouncer in transaction mode.
TIMEOUT = "5s"


def set_lock_timeout(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    schema_editor.execute(f"ALTER DATABASE {name} SET lock_timeout = '{TIMEOUT}'")


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunPython(set_lock_timeout, migrations.RunPython.noop)]
