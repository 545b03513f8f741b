from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("db", "0006_search"), ("accounts", "0010_customer_groups")]

    operations = [
        migrations.RunSQL(
            r"""
            CREATE FUNCTION accounts_search_text(email text, first_name text, last_name text)
            RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            RETURN E'\n\n' || congocart_folded(
                email || E'\n\n' || first_name || E'\n\n' || last_name
            ) || E'\n'
            """,
            "DROP FUNCTION accounts_search_text(text, text, text)",
        )
    ]
