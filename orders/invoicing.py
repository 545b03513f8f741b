"""What an invoice of an order says, and a credit note: drafts that the app `invoices` numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings

from core.money import split
from invoices.domain import Draft, Line, Tax, category_of
from orders.domain import explained
from orders.models import Order, OrderLine, RefundItem

_UNNAMED_TAX = {"title": "", "rate": "0", "source": ""}


def invoice_draft(order: Order, lines: Sequence[OrderLine], *, paid: int) -> Draft:
    """Return the invoice of all that was ordered; `paid` is what has come in, in minor units."""
    charged = [_line_of(line) for line in lines]
    if order.shipping:
        tax = order.tax - sum(line.tax for line in lines)
        taxes = explained(order.shipping_taxes, tax, _UNNAMED_TAX)
        charged += _shipping_of(order, order.shipping, (), taxes)
    return _draft(order, charged, settled=paid)


def credit_draft(order: Order, items: Iterable[RefundItem], *, refunded: int) -> Draft:
    """Return the credit note of the shares that a refund gives back, or a cancellation takes off.

    `refunded` is what goes back to the buyer, in minor units.
    """
    credited: list[Line] = []
    for item in items:
        price = item.amount if item.price is None else item.price
        taxes = explained(item.taxes, item.tax, _UNNAMED_TAX)
        if item.line is None:
            credited += _shipping_of(order, price, item.discounts, taxes)
        else:
            credited.append(
                Line(
                    title=item.line.title,
                    sku=item.line.sku,
                    quantity=item.quantity,
                    price=price,
                    discounts=_discounts(item.discounts),
                    taxes=_taxes(taxes),
                    gross=item.amount,
                )
            )
    return _draft(order, credited, settled=refunded)


def _draft(order: Order, lines: Sequence[Line], *, settled: int) -> Draft:
    return Draft(
        order_number=order.number,
        placed_at=order.placed_at,
        currency=order.currency,
        language=order.language or settings.SHOP_LANGUAGES[0],
        tax_included=order.tax_included,
        buyer=_printed(order.billing_address or order.shipping_address or order.buyer),
        ship_to=_printed(order.shipping_address or {}),
        email=order.email,
        vat_number=order.vat_number,
        lines=lines,
        settled=settled,
    )


def _printed(address: Mapping[str, str]) -> dict[str, str]:
    """Return an address without the phone number: an invoice is kept when a person is erased."""
    return {name: value for name, value in address.items() if name != "phone"}


def _line_of(line: OrderLine) -> Line:
    taxes = explained(line.taxes, line.tax, _UNNAMED_TAX)
    return Line(
        title=line.title,
        sku=line.sku,
        quantity=line.quantity,
        price=line.unit_price * line.quantity,
        discounts=_discounts(line.discounts),
        taxes=_taxes(taxes),
        gross=line.total if line.order.tax_included else line.total + line.tax,
    )


def _shipping_of(
    order: Order,
    price: int,
    discounts: Sequence[Mapping[str, Any]],
    taxes: Sequence[Mapping[str, Any]],
) -> list[Line]:
    """Return shipping as a line, or as one for each rate where each has a part of it to itself."""
    bases = [tax.get("base") or 0 for tax in order.shipping_taxes]
    apart = len(taxes) > 1 and len(taxes) == len(bases) and sum(bases) == order.shipping
    parts = split(price, bases) if apart else [price]
    borne = [[tax] for tax in taxes] if apart else [list(taxes)]
    off = _discounts(discounts)
    lines = []
    for part, on_part in zip(parts, borne, strict=True):
        added = 0 if order.tax_included else sum(tax["amount"] for tax in on_part)
        less = sum(amount for _, amount in off)
        lines.append(
            Line(
                title=order.shipping_title,
                sku="",
                quantity=1,
                price=part,
                discounts=off,
                taxes=_taxes(on_part),
                gross=part - less + added,
                shipping=True,
            )
        )
        off = []
    return lines


def _taxes(taxes: Sequence[Mapping[str, Any]]) -> list[Tax]:
    return [
        Tax(
            title=tax["title"],
            rate=tax["rate"] or "0",
            amount=tax["amount"],
            category=category_of(Decimal(tax["rate"] or 0), tax["source"]),
        )
        for tax in taxes
    ]


def _discounts(discounts: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return [(discount["title"] or discount["code"], discount["amount"]) for discount in discounts]
