"""Every operation declares who may call it, and one permission class enforces exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver
from rest_framework.views import APIView

from core.http.operations import all_operations, declared_by
from core.http.permissions import DeclaredAccess


def views(patterns: list[Any]) -> Iterator[tuple[type[APIView], list[str]]]:
    """Every DRF view that a URL leads to, with the methods that answer there."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns)
        elif isinstance(getattr(entry.callback, "cls", None), type):
            yield entry.callback.cls, list(entry.callback.actions.values())


VIEWS = list(views(get_resolver().url_patterns))


@pytest.mark.parametrize("view", sorted({view for view, _ in VIEWS}, key=str))
def test_no_view_has_permissions_of_its_own(view: type[APIView]):
    assert view.permission_classes == [DeclaredAccess]
    assert view.get_permissions is APIView.get_permissions
    assert view.check_permissions is APIView.check_permissions


@pytest.mark.parametrize(
    ("view", "name"),
    [pytest.param(view, name, id=f"{view.__name__}.{name}") for view, ns in VIEWS for name in ns],
)
def test_every_operation_is_declared(view: type[APIView], name: str):
    assert declared_by(getattr(view, name)) in list(all_operations())


def test_a_scope_can_only_be_asked_where_an_account_is_answered_for_others():
    scoped = [declared for declared in all_operations() if declared.scope]
    for declared in scoped:
        assert declared.access.needed_roles or declared.access.others
