"""What an invoice says: plain values, frozen when it is issued. Amounts are in minor units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.errors import NotFound, Unavailable


class InvoiceKind(StrEnum):
    """What kind of document it is; both have positive amounts."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"

    @property
    def label(self) -> str:
        """The kind in words."""
        return self.value.replace("_", " ").capitalize()


class InvoiceNotIssued(NotFound):
    """There is no invoice of this order yet."""

    code = "invoice_not_issued"


class InvoiceNotFound(NotFound):
    """There is no such invoice."""

    code = "invoice_not_found"


class RenderingUnavailable(Unavailable):
    """Invoices cannot be rendered: the shop was installed without the extra `invoices`."""

    code = "invoice_rendering_unavailable"


class TaxCategory(StrEnum):
    """Why a rate is what it is: the codes of UNTDID 5305 that EN 16931 knows."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    NOT_SUBJECT = "O"


def category_of(rate: Decimal, source: str) -> TaxCategory:
    """Return the category of a tax by its rate and by where the rate comes from.

    Goods that leave for a business in another member state are an exempt supply, of which the
    buyer accounts for the tax (Directive 2006/112/EC, art. 138); what leaves for a country
    without rates is exported (art. 146).
    """
    if rate:
        return TaxCategory.STANDARD
    by_source = {
        "reverse_charge": TaxCategory.INTRA_COMMUNITY,
        "class:exempt": TaxCategory.EXEMPT,
        "no_rate": TaxCategory.EXPORT,
    }
    known = by_source.get(source) or by_source.get(source.partition(":")[0])
    return known or TaxCategory.ZERO


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax on a line, or in it; `rate` is a decimal fraction, 0.2 for twenty percent."""

    title: str
    rate: str
    amount: int
    category: TaxCategory


@dataclass(frozen=True, slots=True)
class Line:
    """What is charged: `price` before discounts as it was shown, `gross` what is paid for it.

    `quantity` 0 is an amount that is not for units; `shipping` tells delivery from goods.
    """

    title: str
    sku: str
    quantity: int
    price: int
    discounts: Sequence[tuple[str, int]]
    taxes: Sequence[Tax]
    gross: int
    shipping: bool = False

    @property
    def tax(self) -> int:
        """The tax of all rates."""
        return sum(tax.amount for tax in self.taxes)

    @property
    def net(self) -> int:
        """What is paid without tax."""
        return self.gross - self.tax


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a document says but its number, its seller and its day.

    `buyer` and `ship_to` are addresses as they are stored; `settled` is what has been paid, or
    what a credit note's refund gave back.
    """

    order_number: str
    placed_at: datetime
    currency: str
    language: str
    tax_included: bool
    buyer: Mapping[str, str]
    ship_to: Mapping[str, str]
    email: str
    vat_number: str
    lines: Sequence[Line]
    settled: int

    @property
    def net(self) -> int:
        """What everything comes to without tax."""
        return sum(line.net for line in self.lines)

    @property
    def tax(self) -> int:
        """The tax of everything."""
        return sum(line.tax for line in self.lines)

    @property
    def gross(self) -> int:
        """What everything comes to."""
        return self.net + self.tax


def document_of(draft: Draft, *, seller: Mapping[str, str], due_days: int) -> dict[str, Any]:
    """Return the JSON that is frozen with the number: nothing else is read to render it."""
    lines = [{**asdict(line), "net": line.net, "tax": line.tax} for line in draft.lines]
    return {
        **asdict(replace(draft, lines=())),
        "placed_at": draft.placed_at.isoformat(),
        "lines": lines,
        "taxes": tax_rows(draft.lines),
        "net": draft.net,
        "tax": draft.tax,
        "gross": draft.gross,
        "seller": dict(seller),
        "due_days": due_days,
    }


def tax_rows(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the tax by category, rate and title, with the net amounts that it is on.

    What bears no tax at all has a row of its own beside others; alone it has none.
    """
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line in lines:
        for tax in line.taxes or [Tax("", "0", 0, TaxCategory.ZERO)]:
            row = rows.setdefault(
                (tax.category.value, str(Decimal(tax.rate).normalize()), tax.title),
                {
                    "title": tax.title,
                    "rate": tax.rate,
                    "category": tax.category.value,
                    "base": 0,
                    "amount": 0,
                },
            )
            row["base"] += line.net
            row["amount"] += tax.amount
    taxed = any(line.taxes for line in lines)
    return list(rows.values()) if taxed else []


def year_of(moment: datetime, zone: tzinfo) -> int:
    """Return the year that a number belongs to, by the shop's calendar."""
    return moment.astimezone(zone).year
