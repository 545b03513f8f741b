"""What sample orders charge and refund, and the drafts of their invoices and credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from congocart.sample_orders.shapes import Money, SampleOrder
from invoices.domain import Draft, Line, Tax, category_of
from pricing.domain import Charge

RATE = Decimal("0.20")
TAX_TITLE, TAX_SOURCE = "VAT", "generated"


@dataclass(frozen=True, slots=True)
class Share:
    """A charge, or what is given back of one: of a line by its position, of shipping by None."""

    position: int | None
    units: int
    charge: Charge

    @property
    def taxes(self) -> list[dict[str, object]]:
        """Its tax as it is stored."""
        return [tax_entry(self.charge.amount, self.charge.tax)]


def tax_in(amount: int) -> int:
    """Return the tax within an amount, in minor units."""
    return int(amount * RATE / (1 + RATE))


def tax_entry(amount: int, tax: int) -> dict[str, object]:
    """Return the tax within an amount as it is stored."""
    return {
        "title": TAX_TITLE, "rate": str(RATE), "base": amount - tax, "amount": tax,
        "source": TAX_SOURCE,
    }  # fmt: skip


def charges_of(order: SampleOrder) -> list[Share]:
    """Return what was charged for each line, and for shipping."""
    lines = [
        Share(position, units, _charge(offer.price * units))
        for position, (offer, units) in enumerate(order.lines)
    ]
    return [*lines, Share(None, 0, _charge(order.shipping[2]))]


def shares_of(order: SampleOrder) -> list[Share]:
    """Return what went back of an order: of one unit, or of everything."""
    if order.refund is not None:
        charged = charges_of(order)[order.refund]
        return [Share(order.refund, 1, charged.charge.of_units(1, charged.units))]
    # Money that goes back as an amount is not for units.
    return [Share(each.position, 0, each.charge) for each in charges_of(order)]


def invoiced_at(order: SampleOrder) -> datetime | None:
    """Return when the invoice of an order was due, by the shop's settings."""
    if settings.INVOICES.due_at != "fulfilled" or order.by_invoice:
        return order.placed_at
    return order.shipments[-1].sent_at if order.fulfillment == "fulfilled" else None


def invoice_of(order: SampleOrder, currency: str) -> Draft:
    """Return the invoice of an order; one that a provider charges is paid by then."""
    paid = 0 if order.by_invoice else order.full_price
    return _draft(order, currency, charges_of(order), settled=paid)


def credit_note_of(order: SampleOrder, currency: str) -> Draft | None:
    """Return the credit note of what went back, or of what was canceled before it was paid."""
    if order.money is Money.VOIDED or order.given_back:
        return _draft(order, currency, shares_of(order), settled=order.given_back)
    return None


def _charge(amount: int) -> Charge:
    tax = tax_in(amount)
    return Charge(amount, (), (tax,), (amount - tax,), tax_included=True)


def _draft(order: SampleOrder, currency: str, shares: Sequence[Share], *, settled: int) -> Draft:
    address = {name: value for name, value in order.buyer.address.items() if name != "phone"}
    category = category_of(RATE, TAX_SOURCE)
    lines = []
    for share in shares:
        offer = None if share.position is None else order.lines[share.position][0]
        lines.append(
            Line(
                title=offer.title if offer else order.shipping[1],
                sku=offer.sku if offer else "",
                quantity=share.units if offer else 1,
                price=share.charge.price,
                discounts=(),
                taxes=[Tax(TAX_TITLE, str(RATE), share.charge.tax, category)],
                gross=share.charge.amount,
                shipping=offer is None,
            )
        )
    return Draft(
        order_number=order.number,
        placed_at=order.placed_at,
        currency=currency,
        language=settings.SHOP_LANGUAGES[0],
        tax_included=True,
        buyer=address,
        ship_to=address,
        email=order.buyer.email,
        vat_number="",
        lines=lines,
        settled=settled,
    )
