"""What migrations are made of stays as it was when they ran."""

from __future__ import annotations

import hashlib

from core.db.append_only_v1 import FUNCTION, only_grows


def test_the_triggers_of_append_only_tables_never_change():
    trigger = only_grows("a_table", forgettable=["reason", "data,reason"])
    sql = "\n".join(f"{step.sql}\n{step.reverse_sql}" for step in (FUNCTION, trigger))

    digest = hashlib.sha256(sql.encode()).hexdigest()
    assert digest == "1d8b2bbaf8e36923491f58390b6057e74cacb83850ce11e846ac43605cb0a12b"
