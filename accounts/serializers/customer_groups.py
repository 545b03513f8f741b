"""Serializers of groups of customers."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.models import CustomerGroup
from core.http.fields import Input, Output, StrictCharField


class CustomerGroupInput(Input):
    """A new group of customers."""

    examples = {"code": "press", "title": "Press"}

    code = StrictCharField(
        max_length=50,
        validators=[RegexValidator(r"^[\w-]+\Z", "Use letters, digits, hyphens and underscores.")],
        help_text="Price lists and promotions name the group by it.",
    )
    title = StrictCharField(max_length=100)


class CustomerGroupOutput(Output):
    """A group of customers."""

    examples = CustomerGroupInput.examples

    code = serializers.CharField()
    title = serializers.CharField()


def customer_group_body(group: CustomerGroup) -> dict[str, Any]:
    """Render a group as `CustomerGroupOutput`."""
    return {"code": group.code, "title": group.title}
