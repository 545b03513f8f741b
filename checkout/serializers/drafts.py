"""Serializers of draft orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from checkout.domain import CheckoutStatus
from checkout.models import DraftOrder
from checkout.selectors import DraftView, status_at
from checkout.serializers.checkouts import (
    CheckoutChangeInput,
    CheckoutOutput,
    checkout_body,
    details_from,
)
from checkout.serializers.completions import OrderReferenceOutput
from checkout.services import DraftChanges
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyInput,
    MoneyOutput,
    Output,
    StrictCharField,
    StrictListField,
    StrictUUIDField,
)
from core.http.serializers import ItemInput, item_requests_from
from core.items import MAX_LINES
from core.money import money_body
from pricing.domain import MAX_CODES

_STATUSES = [status.value for status in CheckoutStatus]


class DraftChangeInput(CheckoutChangeInput):
    """What staff say for the buyer; what is left out stays as it is, null clears it."""

    examples = {**CheckoutChangeInput.examples, "codes": ["WELCOME10"], "note": "By phone."}

    codes = StrictListField(
        child=StrictCharField(max_length=255),
        required=False,
        max_length=MAX_CODES,
        help_text="All promotion codes, in place of those that there are.",
    )
    note = StrictCharField(
        required=False, allow_blank=True, max_length=2_000, help_text="The buyer does not see it."
    )


class DraftInput(DraftChangeInput):
    """A draft order for a customer, or for a guest."""

    customer = StrictUUIDField(
        required=False, help_text="Whose prices and order it is; a guest's without one."
    )
    currency = CurrencyField(required=False)
    items = StrictListField(child=ItemInput(), min_length=1, max_length=MAX_LINES)


class DraftTotalInput(Input):
    """Refused if the total is not the one expected."""

    expected_total = MoneyInput(required=False)


class DraftOutput(CheckoutOutput):
    """A draft order: a checkout that staff have opened."""

    examples = {
        **CheckoutOutput.examples,
        "status": "draft",
        "note": "By phone.",
        "customer": None,
        "sent_at": None,
        "reservation_expires_at": None,
    }

    status = serializers.ChoiceField(choices=_STATUSES)
    reservation_expires_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when units and prices are held; null while none are."
    )
    customer = serializers.UUIDField(allow_null=True)
    note = serializers.CharField()
    created_by = serializers.UUIDField(help_text="The member of staff.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(
        allow_null=True, help_text="When its buyer was last sent the link."
    )


class DraftSummaryOutput(Output):
    """A draft order without its lines."""

    examples = {
        "status": "draft",
        "email": "ada@example.com",
        "total": money_body(4393, "GBP"),
        "note": "By phone.",
        "sent_at": None,
        "order": None,
    }

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=_STATUSES)
    email = serializers.CharField(allow_null=True)
    total = MoneyOutput()
    note = serializers.CharField()
    created_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    order = OrderReferenceOutput(allow_null=True)


def draft_changes_from(data: Mapping[str, Any]) -> DraftChanges:
    """Convert validated input to what the services take. Raises what `details_from` raises."""
    return DraftChanges(
        details_from(data),
        item_requests_from(data.get("items", [])),
        data.get("codes"),
        data.get("note"),
    )


def draft_body(found: DraftView) -> dict[str, Any]:
    """Return the `DraftOutput` of a draft order."""
    draft, body = found.draft, checkout_body(found.view)
    if found.view.status is CheckoutStatus.DRAFT:
        body["reservation_expires_at"] = None
    return {
        **body,
        "customer": found.view.checkout.customer_id,
        "note": draft.note,
        "created_by": draft.created_by_id,
        "created_at": draft.created_at,
        "sent_at": draft.sent_at,
    }


def draft_summary_body(draft: DraftOrder, now: datetime) -> dict[str, Any]:
    """Return the `DraftSummaryOutput` of a draft order that was read with its order."""
    checkout = draft.checkout
    order = getattr(checkout, "order", None)
    return {
        "id": checkout.id,
        "status": status_at(checkout, now),
        "email": checkout.email or None,
        "total": money_body(checkout.total, checkout.currency),
        "note": draft.note,
        "created_by": draft.created_by_id,
        "created_at": draft.created_at,
        "sent_at": draft.sent_at,
        "order": {"id": order.id, "number": order.number} if order else None,
    }
