"""What an operator can set is what the documentation says, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
READ = re.compile(r"(?:env\.\w+|os\.environ\.get)\(\s*\"([A-Z_]+)\"")
NAMED = re.compile(r"`([A-Z][A-Z_]+)`")


def read_by_the_code() -> set[str]:
    """Every environment variable that is read by its name."""
    found = set()
    for path in [*PROJECT.glob("congocart/**/*.py"), *PROJECT.glob("embedded/**/*.py")]:
        found |= set(READ.findall(path.read_text()))
    return found - {"PATH", "PYTHONPATH"}


def documented() -> set[str]:
    """Every one in the first column of a table."""
    lines = [
        line
        for name in ("operating.md", "payments.md")
        for line in (PROJECT / "docs" / name).read_text().splitlines()
    ]
    rows = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return {name for row in rows for name in NAMED.findall(row)}


def test_every_variable_that_is_read_is_documented_and_the_reverse() -> None:
    assert read_by_the_code() == documented()
