"""The tables of states, their diagrams, and who may change a status."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from congocart.management.commands.state_diagrams import as_markdown

PROJECT = Path(__file__).parents[2]


def test_the_committed_diagrams_are_those_of_the_code() -> None:
    committed = (PROJECT / "docs" / "states.md").read_text()
    assert as_markdown() == committed, "Run `manage.py state_diagrams > docs/states.md`."


@pytest.mark.parametrize(
    ("app", "allowed"),
    [
        ("checkout", {"checkout/services/changes.py"}),
        # That of an order, of a fulfillment, and of a return.
        (
            "orders",
            {
                f"orders/services/{name}.py"
                for name in ("canceling", "completing", "fulfilling", "returning")
            },
        ),
    ],
)
def test_a_status_is_assigned_in_one_place(app: str, allowed: set[str]) -> None:
    assigned = re.compile(r"\w+\.status(?:, [\w.]+)* = |\.update\([^)]*\bstatus=")
    found = {
        str(path.relative_to(PROJECT))
        for path in (PROJECT / app).rglob("*.py")
        if not {"migrations", "audit", "audit.py"}.intersection(path.parts)
        and assigned.search(path.read_text())
    }
    assert found == allowed
