"""A price in money and words, as managers read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from carts.reports import PricePreview
from core.money import format_money
from pricing.domain import Entry, Kind, RejectedPromotion


@dataclass(frozen=True, slots=True)
class Part:
    """A table of what there is to know of a price, and what is said when it has no rows."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str = ""

    @property
    def table(self) -> dict[str, Any]:
        """Return the table in the form that django-unfold's component takes."""
        return {"headers": self.headers, "rows": self.rows}


def parts_of(preview: PricePreview) -> list[Part]:
    """Return totals, taxes, lines, the ledger, and what promotions did and did not."""
    return [
        _totals(preview),
        _taxes(preview),
        _lines(preview),
        Part(
            "Ledger",
            ["What", "Of", "Amount", "Because"],
            [_entry_row(entry, preview) for entry in preview.quote.entries],
        ),
        _applied(preview),
        Part(
            "Codes that took nothing off",
            ["Code", "Why"],
            [[each.code, why(each)] for each in preview.quote.explanation.rejected],
            "Every code that was entered applied, or none was entered.",
        ),
        Part(
            "Promotions that nearly applied",
            ["Promotion", "Why not"],
            [[each.title, why(each)] for each in preview.quote.explanation.near],
            "There are none.",
        ),
    ]


def why(rejected: RejectedPromotion) -> str:
    """Return why a promotion took nothing off, and how much is missing, if that is known."""
    words = rejected.reason.replace("_", " ").capitalize()
    return words if rejected.missing is None else f"{words} ({rejected.missing} missing)"


def _totals(preview: PricePreview) -> Part:
    totals, currency = preview.quote.totals, preview.basket.currency
    tax = "Tax, included in the prices" if totals.tax_included else "Tax"
    rows = [
        ["Subtotal", format_money(totals.subtotal, currency)],
        ["Discount", format_money(-totals.discount, currency)],
        ["Shipping", format_money(totals.shipping, currency)],
        [tax, format_money(totals.tax, currency)],
        ["Total", format_money(totals.total, currency)],
    ]
    return Part("Totals", ["What", "Amount"], rows)


def _taxes(preview: PricePreview) -> Part:
    currency = preview.basket.currency
    rows = [
        [
            body["title"] or "Tax",
            percent(Decimal(body["rate"])),
            format_money(body["base"], currency),
            format_money(body["amount"], currency),
        ]
        for body in preview.quote.taxes
    ]
    return Part("Taxes", ["Tax", "Rate", "Of", "Amount"], rows, "Nothing is taxed.")


def _lines(preview: PricePreview) -> Part:
    currency = preview.basket.currency
    rows = [
        [
            offer.sku,
            offer.title,
            str(item.quantity),
            format_money(item.unit_price, currency),
            format_money(-line.discount, currency),
            format_money(line.tax, currency),
            format_money(line.total, currency),
        ]
        for offer, item, line in zip(
            preview.offers, preview.basket.items, preview.quote.lines, strict=True
        )
    ]
    headers = ["SKU", "Title", "Quantity", "Unit price", "Discount", "Tax", "Total"]
    return Part("Lines", headers, rows)


def _entry_row(entry: Entry, preview: PricePreview) -> list[str]:
    """Return what an amount is, of what, how much, and where it comes from."""
    currency = preview.basket.currency
    of = entry.sku or "Shipping"
    amount = format_money(-entry.amount if entry.kind is Kind.DISCOUNT else entry.amount, currency)
    match entry.kind:
        case Kind.PRICE:
            because = f"{format_money(entry.base or 0, currency)} a unit"
        case Kind.TAX:
            base = format_money(entry.base or 0, currency)
            rate = f"{percent(entry.rate or Decimal(0))} of {base}"
            because = ", ".join(filter(None, [entry.title, rate, entry.source]))
        case _:
            because = " ".join(filter(None, [entry.title, entry.code and f"({entry.code})"]))
    return [entry.kind.capitalize(), of, amount, because]


def _applied(preview: PricePreview) -> Part:
    currency = preview.basket.currency
    rows = [
        [
            each.title,
            each.code or "–",
            format_money(-each.amount, currency),
            "; ".join(
                f"{sku or 'Shipping'} {format_money(-amount, currency)}"
                for sku, amount in each.allocations
            ),
        ]
        for each in preview.quote.explanation.applied
    ]
    headers = ["Promotion", "Code", "Amount", "Off"]
    return Part("Promotions that applied", headers, rows, "None applied.")


def percent(rate: Decimal) -> str:
    """Return a fraction as people write it: 0.175 is 17.5%."""
    text = f"{rate * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
