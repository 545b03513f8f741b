"""A query of the audit names tables of its own room and of those below, never of one above."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def rooms() -> dict[str, int]:
    """How far down each room lies; neighbours lie equally far."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(
        contract["layers"] for contract in settings["contracts"] if "checkout" in contract["layers"]
    )
    return {room.strip(): depth for depth, layer in enumerate(layers) for room in layer.split("|")}


AUDITED = [room for room in rooms() if (PROJECT / room / "audit.py").exists()]


@pytest.mark.parametrize("room", AUDITED)
def test_an_audit_looks_down_the_rooms(room: str) -> None:
    depth = rooms()
    apps = [name for name in depth if "." not in name]
    checks = import_module(f"{room}.audit").CHECKS
    named = re.compile(rf"\b(?:FROM|JOIN) ({'|'.join(apps)})_\w+")

    found = {app for check in checks for app in named.findall(check.sql)}

    assert found
    assert {app for app in found if app != room and depth[app] <= depth[room]} == set()
