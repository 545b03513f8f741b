from __future__ import annotations

from django.db import migrations

DROP = "DROP INDEX CONCURRENTLY IF EXISTS accounts_person_trigrams"


class Migration(migrations.Migration):
    """An index of the function that `accounts.selectors.FOUND_BY` calls."""

    atomic = False

    dependencies = [("accounts", "0010_found_by")]

    operations = [
        # One that was killed leaves an invalid index behind.
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
        migrations.RunSQL(
            """
            CREATE INDEX CONCURRENTLY accounts_person_trigrams ON accounts_user USING gin
            (congocart_trigrams(accounts_search_text(email, first_name, last_name)))
            """,
            DROP,
        ),
    ]
