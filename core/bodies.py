"""What several resources show alike, as JSON: totals, lines, taxes, discounts, who buys.

The serializers describe these bodies; e-mails and invoices read them without HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from core.buyer import KeptConsent
from core.money import money_body

TOTALS = ("subtotal", "discount", "shipping", "tax", "total")


class Priced(Protocol):
    """Anything that has the five totals, in minor units."""

    @property
    def subtotal(self) -> int: ...
    @property
    def discount(self) -> int: ...
    @property
    def shipping(self) -> int: ...
    @property
    def tax(self) -> int: ...
    @property
    def total(self) -> int: ...


class PricedItem(Protocol):
    """Any line with a frozen price; amounts in minor units."""

    id: UUID
    sku: str
    title: str
    product: Any  # JSON, None of a line that is older than it
    options: Any
    quantity: int
    discounts: Any  # JSON, as `pricing.domain` keeps them
    taxes: Any


def totals_body(priced: Priced, currency: str) -> dict[str, Any]:
    """Render `TotalsOutput` of anything that has the five totals."""
    return {name: money_body(getattr(priced, name), currency) for name in TOTALS}


def line_body(line: PricedItem, currency: str) -> dict[str, Any]:
    """Render `LineOutput` of a line of a checkout, or of the order it became."""
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.title,
        "product": line.product,
        "options": line.options,
        "quantity": line.quantity,
        **{
            name: money_body(getattr(line, name), currency)
            for name in ("unit_price", "discount", "tax", "total")
        },
        "discounts": discounts_body(line.discounts, currency),
        "taxes": taxes_body(line.taxes, currency),
    }


def taxes_body(taxes: Iterable[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Render `TaxOutput` of taxes as they are kept."""
    return [
        {
            "title": tax["title"],
            "rate": tax["rate"],
            "base": money_body(tax["base"], currency),
            "amount": money_body(tax["amount"], currency),
        }
        for tax in taxes
    ]


def discounts_body(discounts: Iterable[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Render `DiscountOutput` of discounts as they are kept."""
    return [
        {
            "promotion": discount["promotion"],
            "title": discount["title"],
            "code": discount["code"],
            "amount": money_body(discount["amount"], currency),
        }
        for discount in discounts
    ]


def buyer_body(known: Mapping[str, str], consents: Sequence[KeptConsent]) -> dict[str, Any]:
    """Render `BuyerOutput`."""
    latest = consents[-1] if consents else None
    return {
        **known,
        "consent": latest
        and {
            "marketing": latest.get("marketing"),
            "terms": latest.get("terms"),
            "source": latest.get("source", ""),
            "text": latest.get("text", ""),
            "given_at": latest["given_at"],
        },
    }
