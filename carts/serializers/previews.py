"""What a basket would cost: how it is asked, and how it is shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from carts.reports import PricePreview
from carts.serializers.carts import priced_body
from core.bodies import taxes_body, totals_body
from core.http.explanations import DiscountOutput, TaxOutput
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyOutput,
    Output,
    StrictCharField,
    StrictDateTimeField,
    StrictListField,
)
from core.http.serializers import ItemInput, TotalsOutput
from core.items import MAX_LINES
from core.money import money_body
from core.postal import country_with
from pricing.domain import Kind, promotions_body
from pricing.models import explanation_body
from pricing.serializers.explanations import PromotionsOutput


class PricePreviewInput(Input):
    """A basket to be priced; prices, promotions and taxes are those of `at`, now unless given."""

    examples = {
        "items": ...,
        "currency": "GBP",
        "country_code": "GB",
        "codes": ["WELCOME10"],
        "at": "2026-12-24T12:00:00Z",
    }

    items = StrictListField(child=ItemInput(), min_length=1, max_length=MAX_LINES)
    currency = CurrencyField()
    country_code = StrictCharField(
        required=False, min_length=2, max_length=2, help_text="ISO 3166-1 alpha-2."
    )
    codes = StrictListField(child=StrictCharField(max_length=64), required=False, max_length=20)
    at = StrictDateTimeField(required=False)

    def validate_country_code(self, value: str) -> str:
        country = country_with(value.upper())
        if country is None:
            raise serializers.ValidationError("There is no country with this code.", "invalid")
        return country.code


class LedgerEntryOutput(Output):
    """One amount of a price: what it is, of which line, and where it comes from."""

    examples = {
        "kind": "tax",
        "sku": "MUG-BLUE",
        "source": "CONGOCART_TAX_RATE",
        "title": "VAT",
        "code": "",
        "amount": money_body(800, "GBP"),
        "rate": "0.2",
        "base": money_body(3998, "GBP"),
    }

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    sku = serializers.CharField(allow_null=True, help_text="Null of shipping.")
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="A promotion's id, a rate's source, a shipping method, or `unit_price`."
    )
    title = serializers.CharField()
    code = serializers.CharField(help_text="The code that asked for a discount.")
    amount = MoneyOutput(help_text="Never negative; a discount counts against the rest.")
    rate = serializers.CharField(allow_null=True, help_text="Of a tax, a decimal fraction.")
    base = MoneyOutput(
        allow_null=True, help_text="Of a tax, what was taxed; of a price, that of one unit."
    )


class PricedItemOutput(Output):
    """A line of a price."""

    examples = {
        "sku": "MUG-BLUE",
        "title": "Stoneware Mug – Blue",
        "quantity": 2,
        "discount": money_body(0, "GBP"),
        "tax": money_body(0, "GBP"),
        "total": money_body(3998, "GBP"),
        "discounts": [],
        "taxes": [],
    }

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyOutput()
    discount = MoneyOutput()
    tax = MoneyOutput()
    total = MoneyOutput()
    discounts = DiscountOutput(many=True)
    taxes = TaxOutput(many=True)


class PricePreviewOutput(Output):
    """A price as a ledger: the totals and the lines are the sums of its entries."""

    examples = {"currency": "GBP", "taxes": []}

    currency = serializers.CharField()
    at = serializers.DateTimeField()
    entries = LedgerEntryOutput(many=True)
    items = PricedItemOutput(many=True)
    totals = TotalsOutput()
    taxes = TaxOutput(many=True, help_text="`totals.tax` by rate.")
    promotions = PromotionsOutput()
    prices_include_tax = serializers.BooleanField()


def price_preview_body(preview: PricePreview) -> dict[str, Any]:
    """Render `PricePreviewOutput`."""
    currency, quote = preview.basket.currency, preview.quote
    return {
        "currency": currency,
        "at": preview.at,
        "entries": [
            {
                "kind": entry.kind,
                "sku": entry.sku,
                "source": entry.source,
                "title": entry.title,
                "code": entry.code,
                "amount": money_body(entry.amount, currency),
                "rate": None if entry.rate is None else str(entry.rate),
                "base": None if entry.base is None else money_body(entry.base, currency),
            }
            for entry in quote.entries
        ],
        "items": [
            {
                "sku": offer.sku,
                "title": offer.title,
                "quantity": item.quantity,
                "unit_price": money_body(item.unit_price, currency),
                **priced_body(priced, priced.total, currency),
            }
            for offer, item, priced in zip(
                preview.offers, preview.basket.items, quote.lines, strict=True
            )
        ],
        "totals": totals_body(quote.totals, currency),
        "taxes": taxes_body(quote.taxes, currency),
        "promotions": promotions_body(explanation_body(quote.explanation), currency),
        "prices_include_tax": quote.totals.tax_included,
    }
