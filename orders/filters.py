"""The query of the order list."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request

from core.http.fields import StrictCharField
from orders.domain import FulfillmentStatus, OrderStatus
from orders.models import OrderQuerySet
from orders.selectors import search_condition
from payments.domain import PaymentStatus


class OrderQuery(serializers.Serializer[None]):
    """What the order list can be narrowed by."""

    status = serializers.ChoiceField([status.value for status in OrderStatus], required=False)
    payment_status = serializers.ChoiceField(
        [status.value for status in PaymentStatus], required=False
    )
    fulfillment_status = serializers.ChoiceField(
        [status.value for status in FulfillmentStatus], required=False
    )
    email = StrictCharField(required=False, max_length=254)
    number = StrictCharField(required=False, max_length=20)
    placed_after = serializers.DateTimeField(required=False)
    placed_before = serializers.DateTimeField(required=False)
    search = StrictCharField(required=False, max_length=200)


def filtered(request: Request, orders: OrderQuerySet) -> OrderQuerySet:
    """`orders` narrowed by the request's query; what is not valid is refused, not ignored."""
    query = OrderQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    wanted = dict(query.validated_data)
    search = wanted.pop("search", "")
    if payment_status := wanted.pop("payment_status", ""):
        orders = orders.with_payment_state().filter(payment_state=payment_status)
    if search:
        orders = orders.filter(search_condition(search))
    return orders.filter(**{_LOOKUPS[name]: _normal(name, wanted[name]) for name in wanted})


_LOOKUPS = {
    "status": "status",
    "fulfillment_status": "fulfillment_status",
    "email": "email",
    "number": "number",
    "placed_after": "placed_at__gt",
    "placed_before": "placed_at__lt",
}


def _normal(name: str, value: object) -> object:
    """Addresses are kept in lower case, numbers in capitals."""
    match name:
        case "email":
            return str(value).lower()
        case "number":
            return str(value).upper()
        case _:
            return value
