"""What refunds give back of an order, part by part: price, each discount and each tax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db.transactions import transaction_required
from orders.domain import LineUnits, RefundExceedsOrdered, UnknownItem, explained, still_owed
from orders.models import Order, OrderLine, RefundItem
from orders.selectors import refund_items_of, units_of
from payments.domain import PaymentRecord
from pricing.domain import Charge, shares_of

Bodies = Sequence[Mapping[str, Any]]

_UNNAMED_DISCOUNT = {"promotion": "", "title": "", "code": ""}
_UNNAMED_TAX = {"title": "", "rate": None, "source": ""}


@dataclass(frozen=True, slots=True)
class _Charged:
    """What was charged for a line, or for shipping, and what its discounts and taxes are."""

    line: OrderLine | None
    discounts: Bodies
    taxes: Bodies
    charge: Charge

    def item(self, share: Charge, units: int) -> RefundItem:
        """Return a share of it, as it is stored."""
        return RefundItem(
            line=self.line,
            quantity=units,
            amount=share.amount,
            price=share.price,
            discount=share.discount,
            tax=share.tax,
            discounts=[
                {**body, "amount": amount}
                for body, amount in zip(self.discounts, share.discounts, strict=True)
            ],
            taxes=[
                {**body, "amount": amount, "base": base}
                for body, amount, base in zip(self.taxes, share.taxes, share.bases, strict=True)
            ],
        )


def shares_to_refund(
    order: Order,
    payments: Sequence[PaymentRecord],
    units: Mapping[str, int] | None = None,
    amount: int | None = None,
    *,
    with_shipping: bool = False,
) -> list[RefundItem]:
    """Return what a refund of `amount`, or of units by SKU, gives back; not saved.

    `with_shipping` adds what is left of the cost of delivery to that of the units. The order's
    payments are locked. While more is due than they have brought, an amount beyond what units are
    worth gives back money and nothing of what was bought. Raises `UnknownItem`,
    `RefundExceedsOrdered`.
    """
    charged, rests, given_back = _left_of(order)
    before = units_of(order) if units else {}
    counted = _counted(order, units or {}, before)
    if with_shipping and rests[None].amount:
        counted[None] = (1, 1)
    if still_owed(order.total, payments, given_back=given_back):
        worth = sum(rests[key].of_units(*each).amount for key, each in counted.items())
        amount = None if amount is None else min(amount, worth)
    items = [
        charged[key].item(share, counted[key][0] if key and key in counted else 0)
        for key, share in shares_of(rests, counted, amount).items()
    ]
    for item in items:
        if item.line and item.line.sku in before:
            # Units that have come back are refunded before others.
            line = before[item.line.sku]
            item.returned = min(item.quantity, line.returned - line.refunded_returned)
    return items


def shares_left(order: Order) -> list[RefundItem]:
    """Return what no refund gives back of an order, as what one of all of it would; not saved."""
    charged, rests, _ = _left_of(order)
    of_sku = units_of(order)
    units = {
        line.id: of_sku[line.sku].ordered - of_sku[line.sku].refunded for line in order.lines.all()
    }
    return [
        charged[key].item(rest, units[key] if key else 0)
        for key, rest in rests.items()
        if rest.amount
    ]


@transaction_required
def save_shares(shares: Sequence[RefundItem], refund_id: UUID) -> None:
    """Keep what a refund gives back."""
    for share in shares:
        share.operation_id = refund_id
    RefundItem.objects.bulk_create(shares)


def _left_of(
    order: Order,
) -> tuple[dict[UUID | None, _Charged], dict[UUID | None, Charge], int]:
    """Return what was charged, what refunds have left of it, and what they give back."""
    charged = _charged(order)
    rests = {key: each.charge for key, each in charged.items()}
    given_back = 0
    for item in refund_items_of(order):
        rests[item.line_id] -= _given_back(item, rests[item.line_id], order)
        given_back += item.amount
    return charged, rests, given_back


def _charged(order: Order) -> dict[UUID | None, _Charged]:
    """Return what was charged for each line by its id, and under None for shipping."""
    lines = list(order.lines.all())
    charged: dict[UUID | None, _Charged] = {}
    for line in lines:
        discounts = explained(line.discounts, line.discount, _UNNAMED_DISCOUNT)
        taxes = explained(line.taxes, line.tax, _UNNAMED_TAX | {"base": line.total})
        price = line.unit_price * line.quantity
        charged[line.id] = _Charged(line, discounts, taxes, _charge(price, discounts, taxes, order))
    tax = order.tax - sum(line.tax for line in lines)
    taxes = explained(order.shipping_taxes, tax, _UNNAMED_TAX | {"base": order.shipping})
    charged[None] = _Charged(None, [], taxes, _charge(order.shipping, [], taxes, order))
    return charged


def _charge(price: int, discounts: Bodies, taxes: Bodies, order: Order) -> Charge:
    return Charge(
        price,
        tuple(body["amount"] for body in discounts),
        tuple(body["amount"] for body in taxes),
        tuple(body["base"] for body in taxes),
        order.tax_included,
    )


def _given_back(item: RefundItem, rest: Charge, order: Order) -> Charge:
    """Return what a refund gave back of `rest`; of one without parts, its share of them."""
    if item.price is None:
        return rest.of_amount(min(item.amount, rest.amount))
    return _charge(item.price, item.discounts, item.taxes, order)


def _counted(
    order: Order, units: Mapping[str, int], before: Mapping[str, LineUnits]
) -> dict[UUID | None, tuple[int, int]]:
    """Return the units wanted of each line, and how many of it are left: each comes back once."""
    lines = {line.sku: line for line in order.lines.all()}
    counted: dict[UUID | None, tuple[int, int]] = {}
    for sku, count in units.items():
        line = lines.get(sku)
        if line is None:
            raise UnknownItem(sku=sku).at("/items")
        refunded = before[sku].refunded
        if refunded + count > line.quantity:
            raise RefundExceedsOrdered(sku=sku, ordered=line.quantity, refunded=refunded)
        counted[line.id] = (count, line.quantity - refunded)
    return counted
