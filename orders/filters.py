"""The filters of the order list."""

from __future__ import annotations

from django.db.models import Q
from rest_framework import serializers

from core.http.fields import StrictCharField
from core.http.filters import FilterSet, ParameterFilter
from orders.domain import FulfillmentStatus, OrderStatus
from orders.models import Order, OrderQuerySet
from orders.selectors import search_condition
from payments.domain import PaymentStatus


class OrderFilterSet(FilterSet):
    """What the order list can be narrowed by."""

    status = ParameterFilter(
        serializers.ChoiceField, choices=[status.value for status in OrderStatus]
    )
    payment_status = ParameterFilter(
        serializers.ChoiceField,
        choices=[status.value for status in PaymentStatus],
        method="paid_so_far",
    )
    fulfillment_status = ParameterFilter(
        serializers.ChoiceField, choices=[status.value for status in FulfillmentStatus]
    )
    email = ParameterFilter(StrictCharField, max_length=254, method="of_address")
    number = ParameterFilter(StrictCharField, max_length=20, method="of_number")
    placed_after = ParameterFilter(
        serializers.DateTimeField, field_name="placed_at", lookup_expr="gt"
    )
    placed_before = ParameterFilter(
        serializers.DateTimeField, field_name="placed_at", lookup_expr="lt"
    )
    search = ParameterFilter(StrictCharField, max_length=200, method="matching")

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def paid_so_far(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Narrow to orders whose payment has this status."""
        return orders.with_payment_state().filter(Q(payment_state=value))

    def of_address(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Addresses are stored in lower case."""
        return orders.filter(email=value.lower())

    def of_number(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Numbers are stored in upper case."""
        return orders.filter(number=value.upper())

    def matching(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Narrow to orders whose number or e-mail address holds these words."""
        return orders.filter(search_condition(value))
