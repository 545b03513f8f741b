"""A query of the audit names tables of its own app and of those below, never of one above."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.architecture.apps import PROJECT, depth_of_apps

AUDITED = [app for app in depth_of_apps() if (PROJECT / app / "audit.py").exists()]


@pytest.mark.parametrize("app", AUDITED)
def test_an_audit_looks_down(app: str) -> None:
    depth = depth_of_apps()
    checks = import_module(f"{app}.audit").CHECKS
    named = re.compile(rf"\b(?:FROM|JOIN) ({'|'.join(depth)})_\w+")

    found = {other for check in checks for other in named.findall(check.sql)}

    assert found
    assert {other for other in found if other != app and depth[other] <= depth[app]} == set()
