"""The filters of the order list."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F
from rest_framework import serializers

from core.email_address import normalize_email
from core.http.fields import StrictCharField, StrictChoiceField
from core.http.filters import FilterSet, ParameterFilter
from core.http.pagination import Ordering
from core.ids import normalize_order_number
from orders.domain import FulfillmentStatus, OrderStatus
from orders.models import Order, OrderQuerySet
from orders.selectors import search_condition
from payments.domain import PaymentStatus

# Newest first by the columns that the filter is read from: an index has to have both, and
# PostgreSQL takes a limit of one column for no limit of another that is equal to it.
NEWEST_FIRST = Ordering("newest", (("id", True, UUID),))
FOUND_NEWEST_FIRST = Ordering("found", (("found_id", True, UUID),))
PLACED_LAST_FIRST = Ordering(
    "placed", (("placed_at", True, datetime.fromisoformat), ("id", True, UUID))
)


class OrderFilterSet(FilterSet):
    """What the order list can be narrowed by."""

    status = ParameterFilter(StrictChoiceField, choices=[status.value for status in OrderStatus])
    payment_status = ParameterFilter(
        StrictChoiceField, choices=[status.value for status in PaymentStatus]
    )
    fulfillment_status = ParameterFilter(
        StrictChoiceField, choices=[status.value for status in FulfillmentStatus]
    )
    email = ParameterFilter(
        StrictCharField,
        max_length=254,
        help_text="The whole address, in any case.",
        method="ordered_by",
    )
    number = ParameterFilter(
        StrictCharField,
        max_length=40,
        help_text="The whole number, in any case, with or without its hyphen.",
        method="numbered",
    )
    placed_after = ParameterFilter(
        serializers.DateTimeField,
        help_text="Placed later than this moment.",
        field_name="placed_at",
        lookup_expr="gt",
    )
    placed_before = ParameterFilter(
        serializers.DateTimeField,
        help_text="Placed before this moment.",
        field_name="placed_at",
        lookup_expr="lt",
    )
    search = ParameterFilter(
        StrictCharField,
        max_length=200,
        help_text="Parts, in any case, of the number, the e-mail address, a name, a company, a "
        "city or a SKU. One or two letters are looked for where one of these begins.",
        method="matching",
    )

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    @property
    def ordering(self) -> Ordering:
        """The order of what is found, such that a page costs the same at any depth."""
        if {"placed_after", "placed_before"} & self.data.keys():
            return PLACED_LAST_FIRST
        return FOUND_NEWEST_FIRST if "search" in self.data else NEWEST_FIRST

    def ordered_by(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Narrow to the orders of an address."""
        return orders.filter(email=normalize_email(value))

    def numbered(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Narrow to the order of a number."""
        return orders.filter(number=normalize_order_number(value))

    def matching(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Narrow to orders in which every word is found."""
        return orders.annotate(found_id=F("search_text__order_id")).filter(search_condition(value))
