"""What a page of an invoice shows: text in the buyer's language, nothing left to compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel import Locale
from babel.dates import format_date

from core.languages import address_lines, format_rate, locale_of
from core.money import format_money
from invoices.domain import InvoiceKind
from invoices.models import Invoice
from invoices.rendering.words import Words, words_of

_NOTES = ("K", "G", "E")


@dataclass(frozen=True, slots=True)
class _Writer:
    """How amounts, days and addresses look."""

    words: Words
    locale: Locale
    currency: str

    def money(self, amount: int) -> str:
        return format_money(amount, self.currency, self.locale)

    def day(self, day: date) -> str:
        return str(format_date(day, "long", locale=self.locale))

    def address(self, values: Mapping[str, str]) -> list[str]:
        return address_lines(values, self.locale, company_first=True)


def page_of(invoice: Invoice) -> dict[str, Any]:
    """Return the page of an invoice as templates read it; every value is text."""
    says, words = invoice.document, words_of(invoice.language)
    write = _Writer(words, locale_of(invoice.language), invoice.currency)
    day = date.fromisoformat(says["day"])
    return {
        "language": invoice.language.partition("-")[0],
        "words": dict(words),
        "title": words[invoice.kind],
        "number": invoice.number,
        "seller": _seller(says["seller"], write),
        "facts": _facts(invoice, write, day),
        "bill_to": write.address(says["buyer"])
        + ([f"{words['vat_number']} {says['vat_number']}"] if says["vat_number"] else []),
        "ship_to": write.address(says["ship_to"]) if says["ship_to"] != says["buyer"] else [],
        "lines": [_line(line, write) for line in says["lines"]],
        "sums": _sums(invoice, write),
        "notes": _notes(invoice, write, day),
        "footer": says["seller"]["footer"],
    }


def _seller(seller: Mapping[str, str], write: _Writer) -> dict[str, Any]:
    place = f"{seller['postal_code']} {seller['city']}".strip()
    land = write.locale.territories.get(seller["country"], seller["country"])
    known = {
        write.words["vat_number"]: seller["vat_number"],
        write.words["registration"]: seller["registration"],
        "IBAN": seller["iban"],
    }
    return {
        "name": seller["name"],
        "address": [line for line in (seller["street"], place, land, seller["email"]) if line],
        "particulars": [f"{name} {value}" for name, value in known.items() if value],
    }


def _facts(invoice: Invoice, write: _Writer, day: date) -> list[list[str]]:
    says, words = invoice.document, write.words
    placed = datetime.fromisoformat(says["placed_at"]).date()
    facts = [
        [words["number"], invoice.number],
        [words["date"], write.day(day)],
        [words["order"], says["order_number"]],
        [words["ordered"], write.day(placed)],
    ]
    return [*facts, [words["credits"], says["credits"]]] if says["credits"] else facts


def _line(line: Mapping[str, Any], write: _Writer) -> dict[str, Any]:
    """Return a line; its amount is the price less discounts, with tax where prices include it."""
    discounts = [
        f"{title or write.words['discount']}: {write.money(-amount)}"
        for title, amount in line["discounts"]
    ]
    off = sum(amount for _, amount in line["discounts"])
    quantity = line["quantity"]
    whole = not quantity or line["price"] % quantity
    return {
        "title": line["title"],
        "sku": line["sku"],
        "quantity": "" if line["shipping"] or not quantity else str(quantity),
        "price": "" if whole else write.money(line["price"] // quantity),
        "rate": " + ".join(format_rate(tax["rate"], write.locale) for tax in line["taxes"]),
        "discounts": discounts,
        "amount": write.money(line["price"] - off),
    }


def _sums(invoice: Invoice, write: _Writer) -> list[dict[str, Any]]:
    says, words = invoice.document, write.words
    sums = [(words["net"], says["net"], False)]
    sums += [
        (
            words["tax_on"].format(
                title=row["title"] or words["tax"],
                rate=format_rate(row["rate"], write.locale),
                base=write.money(row["base"]),
            ),
            row["amount"],
            False,
        )
        for row in says["taxes"]
        if row["title"] or row["amount"]
    ]
    sums.append((words["gross"], says["gross"], True))
    if invoice.kind == InvoiceKind.INVOICE:
        settled = min(says["settled"], says["gross"])
        sums += [(words["paid"], -settled, False)] if settled else []
        sums.append((words["due"], says["gross"] - settled, True))
    elif says["settled"]:
        sums.append((words["refunded"], says["settled"], False))
    return [
        {"name": name, "amount": write.money(amount), "strong": strong}
        for name, amount, strong in sums
    ]


def _notes(invoice: Invoice, write: _Writer, day: date) -> list[str]:
    says, words = invoice.document, write.words
    categories = {row["category"] for row in says["taxes"]}
    notes = [words[category] for category in _NOTES if category in categories]
    if says["tax"]:
        notes.append(words["tax_included" if says["tax_included"] else "tax_added"])
    due = says["gross"] - says["settled"]
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return notes if says["settled"] else [*notes, words["not_charged"]]
    if due > 0:
        by = write.day(day + timedelta(days=says["due_days"]))
        number = invoice.number
        notes.append(words["due_by"].format(amount=write.money(due), day=by, number=number))
        if iban := says["seller"]["iban"]:
            notes.append(words["to_account"].format(iban=iban))
    return notes
