"""Every part of every body has a bound that is checked before the part is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from core.http.fields import Input, StrictDictField, StrictListField
from core.http.operations import all_operations

REQUESTS = sorted({o.request for o in all_operations() if o.request}, key=lambda r: r.__name__)


def fields_of(field: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    yield name, field
    if isinstance(field, Input):
        for part, below in field.fields.items():
            yield from fields_of(below, f"{name}/{part}")
    elif hasattr(field, "child"):
        yield from fields_of(field.child, f"{name}/0")


@pytest.mark.parametrize("request_body", REQUESTS)
def test_texts_lists_and_objects_of_a_body_are_bounded(request_body: type[Input]) -> None:
    for name, field in fields_of(request_body()):
        if isinstance(field, serializers.ListField | serializers.ListSerializer):
            assert isinstance(field, StrictListField), name
        elif isinstance(field, serializers.DictField):
            assert isinstance(field, StrictDictField), name
        elif isinstance(field, serializers.CharField):
            assert field.max_length is not None, name
        else:
            assert not isinstance(field, serializers.JSONField), name
