"""Serializers of checkouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from django.conf import settings
from rest_framework import serializers

from checkout.domain import CheckoutStatus, Details
from checkout.selectors import CheckoutView, buyer_of
from checkout.serializers.completions import OrderReferenceOutput
from checkout.serializers.shipping_bodies import ShippingOptionOutput, option_body
from core.address import Address, normalize_address
from core.bodies import buyer_body, line_body, taxes_body, totals_body
from core.buyer import BuyerChanges, require_phone
from core.errors import FieldError, Invalid
from core.http.buyers import BuyerInput, BuyerOutput
from core.http.explanations import TaxOutput
from core.http.fields import (
    CurrencyField,
    Input,
    Output,
    StrictCharField,
    StrictChoiceField,
    StrictEmailField,
    StrictListField,
    StrictUUIDField,
)
from core.http.serializers import AddressInput as PostalAddressInput
from core.http.serializers import (
    AddressOutput,
    ItemInput,
    LineOutput,
    MessageOutput,
    TotalsOutput,
    address_from,
)
from core.items import MAX_LINES
from pricing.domain import coupon_bodies, promotions_body, vat_number_of
from pricing.errors import InvalidVatNumber
from pricing.serializers.explanations import (
    CouponOutput,
    PromotionsOutput,
)

ADDRESSES = ("shipping_address", "billing_address")


class AddressInput(PostalAddressInput):
    """A postal address; where the shop needs none in full, its country is enough."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if "address" not in settings.CHECKOUT_REQUIRES:
            for name in ("line1", "city"):
                fields[name] = StrictCharField(max_length=200, required=False, allow_blank=True)
        return fields


class CheckoutChangeInput(Input):
    """What the buyer says; what is left out stays as it is, null clears it."""

    examples = {
        "email": ...,
        "buyer": ...,
        "shipping_address": ...,
        "billing_address": ...,
        "shipping_method": "standard",
        "vat_number": "DE136695976",
        "language": "de",
    }

    email = StrictEmailField(required=False, allow_null=True)
    buyer = BuyerInput(required=False, allow_null=True)
    shipping_address = AddressInput(required=False, allow_null=True)
    billing_address = AddressInput(
        required=False, allow_null=True, help_text="The shipping address unless given."
    )
    shipping_method = StrictCharField(
        required=False, allow_null=True, max_length=50, help_text="The code of a method."
    )
    vat_number = StrictCharField(
        required=False,
        allow_null=True,
        max_length=30,
        help_text="Of a business in the EU, with its country's prefix. Its buyer accounts for the "
        "tax of goods that another member state sends (reverse charge).",
    )
    language = StrictChoiceField(
        choices=settings.SHOP_LANGUAGES,
        required=False,
        allow_null=True,
        help_text="That e-mails are written in. Of a new checkout, what `Accept-Language` prefers "
        "of the shop's languages unless given.",
    )
    items = StrictListField(
        child=ItemInput(),
        required=False,
        min_length=1,
        max_length=MAX_LINES,
        help_text="All the lines, in place of those that there are.",
    )


class CheckoutInput(CheckoutChangeInput):
    """A checkout of a cart, or of items without one. Give one of `cart_id` and `items`."""

    examples = {**CheckoutChangeInput.examples, "cart_id": ...}

    cart_id = StrictUUIDField(required=False)
    currency = CurrencyField(required=False, help_text="With `items` only.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("cart_id" in attrs) == ("items" in attrs):
            raise serializers.ValidationError("Give one of cart_id and items.", "one_of")
        if "currency" in attrs and "cart_id" in attrs:
            raise serializers.ValidationError({"currency": ["The cart has its own."]}, "one_of")
        return attrs


class CheckoutOutput(Output):
    """A checkout."""

    examples = {
        "version": 3,
        "email": "ada@example.com",
        "language": "en",
        "currency": "GBP",
        "taxes": [],
        "shipping_method": "standard",
        "vat_number": None,
        "order": None,
    }

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        choices=[status.value for status in CheckoutStatus if status is not CheckoutStatus.DRAFT]
    )
    version = serializers.IntegerField()
    cart_id = serializers.UUIDField()
    email = serializers.CharField(allow_null=True)
    language = serializers.CharField()
    buyer = BuyerOutput()
    currency = serializers.CharField()
    items = LineOutput(many=True)
    shipping_address = AddressOutput(allow_null=True)
    billing_address = AddressOutput(allow_null=True)
    requires_shipping = serializers.BooleanField(help_text="Whether anything is to be delivered.")
    shipping_methods = ShippingOptionOutput(many=True)
    shipping_method = serializers.CharField(allow_null=True)
    coupons = CouponOutput(many=True)
    promotions = PromotionsOutput()
    vat_number = serializers.CharField(allow_null=True)
    totals = TotalsOutput()
    taxes = TaxOutput(many=True, help_text="`totals.tax` by rate, that on shipping included.")
    prices_include_tax = serializers.BooleanField()
    messages = MessageOutput(many=True)
    reservation_expires_at = serializers.DateTimeField()
    order = OrderReferenceOutput(allow_null=True)


class NewCheckoutOutput(CheckoutOutput):
    """A checkout just made; a guest's of items carries the secret that proves it, this once."""

    examples = {**CheckoutOutput.examples, "token": "Wm9yYS1hbmQtQWRhLWdvLXNob3BwaW5nLWZvci10ZWE"}

    token = serializers.CharField(required=False)


def details_from(data: Mapping[str, Any]) -> Details:
    """Convert validated input to what the services take.

    Raises `Invalid` for an address or a VAT number that its country's rules refuse, and for a
    phone number.
    """
    details: dict[str, str | Address | BuyerChanges | None] = {}
    problems: list[FieldError] = []
    for name in ("email", "buyer", *ADDRESSES, "shipping_method", "vat_number", "language"):
        if name in data:
            try:
                details[name] = _detail(name, data[name])
            except Invalid as refusal:
                problems += refusal.errors
    if problems:
        raise Invalid(errors=problems)
    return cast("Details", details)


def _detail(name: str, value: Any) -> str | Address | BuyerChanges | None:
    """Convert one detail; the errors it raises say where it stands."""
    if name == "buyer":
        require_phone(value, f"/{name}")
    elif value is not None and name in ADDRESSES:
        full = "address" in settings.CHECKOUT_REQUIRES
        return normalize_address(address_from(value), f"/{name}", full=full)
    elif value is not None and name == "vat_number":
        try:
            return vat_number_of(value)
        except InvalidVatNumber as refusal:
            raise refusal.at(f"/{name}") from None
    return cast("str | BuyerChanges | None", value)


def checkout_body(view: CheckoutView) -> dict[str, Any]:
    """Return the `CheckoutOutput` of a checkout."""
    checkout = view.checkout
    currency = checkout.currency
    return {
        "id": checkout.id,
        "status": view.status,
        "version": checkout.version,
        "cart_id": checkout.cart_id,
        "email": checkout.email or None,
        "language": checkout.language or settings.SHOP_LANGUAGES[0],
        "buyer": buyer_body(buyer_of(checkout), checkout.consents),
        "currency": currency,
        "items": [line_body(line, currency) for line in view.lines],
        "shipping_address": checkout.shipping_address,
        "billing_address": checkout.billing_address,
        "requires_shipping": checkout.requires_shipping,
        "shipping_methods": [option_body(offer, currency) for offer in checkout.shipping_offers],
        "shipping_method": checkout.shipping_method or None,
        "coupons": coupon_bodies(checkout.promotions, currency),
        "promotions": promotions_body(checkout.promotions, currency),
        "vat_number": checkout.vat_number or None,
        "totals": totals_body(checkout, currency),
        "taxes": taxes_body(checkout.taxes_with(view.lines), currency),
        "prices_include_tax": checkout.tax_included,
        "messages": [asdict(message) for message in view.messages],
        "reservation_expires_at": checkout.reservation_expires_at,
        "order": {"id": view.order.id, "number": view.order.number} if view.order else None,
    }
