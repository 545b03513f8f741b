from __future__ import annotations

from django.core import checks


def test_the_checks_pass_without_a_database_so_that_an_empty_one_can_be_migrated():
    assert checks.run_checks() == []
