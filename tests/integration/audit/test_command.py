"""`manage.py audit` as an operator runs it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from core.db.invariants import declared_checks, frozen_snapshot
from inventory.models import Stock
from tests.shop import stock_variants

pytestmark = pytest.mark.django_db(transaction=True)


def audit(*arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("audit", *arguments, stdout=out)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_clean_data_is_a_table_of_zeros_and_exit_code_0() -> None:
    stock_variants()

    code, text = audit()

    assert code == 0
    heading, *rows = text.split("\n\n")[0].splitlines()
    assert heading.split() == ["check", "violations", "seconds"]
    assert [row.split()[:2] for row in rows] == [[check.name, "0"] for check in declared_checks()]
    assert f"{len(rows)} checks, 0 violations" in text


def test_violations_are_counted_shown_by_example_and_exit_code_1() -> None:
    stock_variants(3)
    Stock.objects.update(on_hand=7)

    code, text = audit("--examples", "2")

    assert code == 1
    assert "stock_is_the_sum_of_its_movements: 2 of 3" in text
    assert text.count("on_hand=7  moved=100") == 2
    assert ", 3 violations" in text


def test_machines_read_json() -> None:
    stock_variants(3)
    Stock.objects.update(on_hand=7)

    code, text = audit("--json", "--examples", "0")

    found = json.loads(text)
    assert (code, found["violations"]) == (1, 3)
    by_name = {check["check"]: check for check in found["checks"]}
    assert by_name["stock_is_the_sum_of_its_movements"]["violations"] == 3
    assert by_name["stock_is_the_sum_of_its_movements"]["examples"] == []
    assert by_name["order_numbers_are_unique"]["violations"] == 0


def test_nothing_can_be_written_while_an_audit_runs() -> None:
    stock_variants()

    with pytest.raises(DatabaseError, match="read-only"), frozen_snapshot():
        Stock.objects.update(on_hand=0)

    assert Stock.objects.get().on_hand == 100


def test_an_audit_sees_one_moment_of_a_running_shop() -> None:
    stock_variants()
    with frozen_snapshot():
        assert Stock.objects.get().on_hand == 100
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("UPDATE inventory_stock SET on_hand = 7")
        other.close()

        assert Stock.objects.get().on_hand == 100

    assert Stock.objects.get().on_hand == 7
