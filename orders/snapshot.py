"""The one picture of an order that all readers share: clients, e-mails, invoices, webhooks.

Plain JSON values but for ids and times, amounts in minor units with their currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from core.bodies import buyer_body, line_body, taxes_body, totals_body
from core.buyer import buyer_known_by
from core.money import money_body
from orders.models import Fulfillment, FulfillmentItem, Order, Return, ReturnItem
from payments.domain import amount_expected
from pricing.domain import coupon_bodies, promotions_body, taxes_by_rate


def order_body(order: Order) -> dict[str, Any]:
    """Return an order as JSON, the `OrderOutput` of the API.

    What `orders.selectors.shown_with` names has been read.
    """
    currency, lines = order.currency, order.lines.all()
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "payment_status": order.payment_status,
        "fulfillment_status": order.fulfillment_status,
        "email": order.email,
        "language": order.language or settings.SHOP_LANGUAGES[0],
        "buyer": buyer_body(buyer_known_by(order.buyer, order.shipping_address), order.consents),
        "currency": currency,
        "items": [line_body(line, currency) for line in lines],
        "shipping_address": order.shipping_address or None,
        "billing_address": order.billing_address or None,
        "shipping_method": _shipping_body(order) if order.shipping_method else None,
        "vat_number": order.vat_number or None,
        "coupons": coupon_bodies(order.promotions, currency),
        "promotions": promotions_body(order.promotions, currency),
        "totals": totals_body(order, currency),
        "taxes": taxes_body(order.taxes_with(lines), currency),
        "prices_include_tax": order.tax_included,
        "due": money_body(order.due, currency),
        "refundable": money_body(order.refundable, currency),
        "payments": [_payment_body(payment, currency) for payment in order.payments.all()],
        "fulfillments": [_fulfillment_body(sent) for sent in order.fulfillments.all()],
        "returns": [return_body(asked) for asked in order.returns.all()],
        "refunds": [_refund_body(refund, order) for refund in order.refunds],
        "placed_at": order.placed_at,
        "held_at": order.held_at,
        "completed_at": order.completed_at,
        "canceled_at": order.canceled_at,
        "cancel_reason": order.cancel_reason,
    }


def _shipping_body(order: Order) -> dict[str, Any]:
    offer = order.shipping_offer
    return {
        "code": order.shipping_method,
        "title": order.shipping_title,
        "min_days": offer.get("min_days"),
        "max_days": offer.get("max_days"),
        "pickup": offer.get("pickup", False),
        "pickup_location": offer.get("pickup_location", ""),
    }


def _refund_body(refund: Any, order: Order) -> dict[str, Any]:
    """`RefundOutput`; an item of which only the amount was kept has it for its price."""
    skus, currency = {line.id: line.sku for line in order.lines.all()}, order.currency
    items = refund.refund_items.all()
    return {
        "id": refund.id,
        "status": refund.status,
        "amount": money_body(refund.amount, currency),
        "items": [
            {
                "sku": skus.get(item.line_id),
                "quantity": item.quantity,
                "price": money_body(item.amount if item.price is None else item.price, currency),
                "discount": money_body(item.discount, currency),
                "tax": money_body(item.tax, currency),
                "amount": money_body(item.amount, currency),
                "taxes": taxes_body(item.taxes, currency),
            }
            for item in items
        ],
        "taxes": taxes_body(taxes_by_rate(tax for item in items for tax in item.taxes), currency),
        "created_at": refund.created_at,
    }


def _payment_body(payment: Any, currency: str) -> dict[str, Any]:
    return {
        "id": payment.id,
        "provider": payment.provider,
        "status": payment.status,
        "amount": money_body(amount_expected(payment), currency),
        "captured": money_body(payment.captured, currency),
        "refunded": money_body(payment.refunded, currency),
    }


def _fulfillment_body(sent: Fulfillment) -> dict[str, Any]:
    """`FulfillmentOutput` of a fulfillment whose items have been read."""
    return {
        "id": sent.id,
        "status": sent.status,
        "items": _items_body(sent.items.all()),
        "carrier": sent.carrier,
        "tracking_number": sent.tracking_number,
        "created_at": sent.created_at,
        "delivered_at": sent.delivered_at,
        "canceled_at": sent.canceled_at,
    }


def return_body(asked: Return) -> dict[str, Any]:
    """`ReturnOutput` of a return whose items have been read."""
    return {
        "id": asked.id,
        "kind": asked.kind,
        "status": asked.status,
        "items": _items_body(asked.items.all()),
        "reason": asked.reason,
        "restocked": asked.restocked,
        "requested_at": asked.requested_at,
        "decided_at": asked.decided_at,
        "received_at": asked.received_at,
    }


def _items_body(items: Iterable[FulfillmentItem | ReturnItem]) -> list[dict[str, Any]]:
    return [{"sku": item.line.sku, "quantity": item.quantity} for item in items]
