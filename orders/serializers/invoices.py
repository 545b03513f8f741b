"""Serializers of invoices and credit notes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.fields import MoneyOutput, Output
from core.money import money_body
from invoices.domain import InvoiceKind
from invoices.selectors import IssuedInvoice


class InvoiceOutput(Output):
    """An invoice or a credit note; both have positive amounts, and never change."""

    examples = {"number": "INV-2026-000001", "credits": None, "language": "de"}

    number = serializers.CharField(help_text="Gapless within its series and year.")
    kind = serializers.ChoiceField(choices=[kind.value for kind in InvoiceKind])
    credits = serializers.CharField(
        allow_null=True, help_text="Of a credit note, the number of the invoice it takes from."
    )
    issued_at = serializers.DateTimeField()
    language = serializers.CharField(help_text="That it is written in.")
    net = MoneyOutput()
    tax = MoneyOutput()
    gross = MoneyOutput()


def invoice_body(issued: IssuedInvoice) -> dict[str, Any]:
    """`InvoiceOutput` of one of `invoices_of`."""
    return {
        "number": issued.number,
        "kind": issued.kind,
        "credits": issued.credited and issued.credited.number,
        "issued_at": issued.issued_at,
        "language": issued.language,
        **{
            name: money_body(getattr(issued, name), issued.currency)
            for name in ("net", "tax", "gross")
        },
    }
