"""Invoices as an accountant reads them: a row each, amounts in major units of their currency."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from core.http.pagination import Ordering
from core.money import to_major
from invoices.domain import InvoiceKind
from invoices.models import Invoice

OLDEST_FIRST = Ordering("oldest", (("id", False, UUID),))
EXPORT_COLUMNS = (
    "number", "kind", "day", "order", "credits", "name", "company", "country", "vat_number",
    "currency", "net", "tax", "gross", "taxes",
)  # fmt: skip


def invoices_to_export(chosen: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Return invoices as `export_row` needs them."""
    return Invoice.objects.filter(pk__in=chosen.order_by().values("pk"))


def export_row(invoice: Invoice) -> list[object]:
    """Return the values of `EXPORT_COLUMNS`; what a credit note gives back is negative."""
    says, buyer = invoice.document, invoice.document["buyer"]
    sign = -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
    name = f"{buyer.get('first_name', '')} {buyer.get('last_name', '')}".strip()

    def major(amount: int) -> object:
        return to_major(sign * amount, invoice.currency)

    return [
        invoice.number,
        invoice.kind,
        says["day"],
        says["order_number"],
        says["credits"],
        name,
        buyer.get("company", ""),
        buyer.get("country_code", ""),
        says["vat_number"],
        invoice.currency,
        *(major(amount) for amount in (invoice.net, invoice.tax, invoice.gross)),
        "; ".join(
            f"{row['title'] or 'Tax'} {row['rate']}: {major(row['amount'])} on {major(row['base'])}"
            for row in says["taxes"]
        ),
    ]
