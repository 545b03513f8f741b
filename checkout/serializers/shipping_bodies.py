"""How shipping methods, zones and quotes are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from checkout.delivery import NO_SHIPPING_METHOD, UNKNOWN_REGION
from checkout.models import ShippingMethod, ShippingZone
from checkout.selectors import ShippingQuote
from checkout.serializers.shipping import AreaInput, ShippingMethodInput, ShippingZoneInput
from core.address import region_doubt
from core.http.fields import MoneyOutput, Output
from core.http.serializers import MessageOutput
from core.messages import Message
from core.money import money_body
from pricing.domain import Destination, PricedBy, Step, bands_of


class ShippingOptionOutput(Output):
    """A way to deliver: `code` chooses it; days are those between order and delivery."""

    examples = {
        "code": "standard",
        "title": "Standard delivery",
        "price": money_body(395, "GBP"),
        "min_days": 2,
        "max_days": 4,
        "pickup": False,
        "pickup_location": "",
    }

    code = serializers.CharField()
    title = serializers.CharField()
    price = MoneyOutput()
    min_days = serializers.IntegerField(allow_null=True)
    max_days = serializers.IntegerField(allow_null=True)
    pickup = serializers.BooleanField(help_text="Whether the buyer comes for it.")
    pickup_location = serializers.CharField()


class ShippingQuoteOutput(Output):
    """The ways to deliver some items; `subtotal` is their price before any discount."""

    examples = {"currency": "GBP", "subtotal": money_body(3998, "GBP"), "messages": []}

    currency = serializers.CharField()
    subtotal = MoneyOutput()
    options = ShippingOptionOutput(many=True)
    requires_shipping = serializers.BooleanField(help_text="Whether anything is to be delivered.")
    messages = MessageOutput(many=True)


class ShippingBandOutput(Output):
    """What it costs from `from` up to, and without, `to`: grams, minor units or units."""

    examples = {"from": 0, "to": 2000, "price": money_body(395, "GBP")}

    to = serializers.IntegerField(allow_null=True, help_text="Null without an end.")
    price = MoneyOutput()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(), **super().get_fields()}


class ManagedShippingMethodOutput(Output):
    """A shipping method as managers edit it."""

    examples = {**ShippingMethodInput.examples, "prices": [money_body(395, "GBP")]}

    code = serializers.CharField()
    title = serializers.CharField()
    position = serializers.IntegerField()
    active = serializers.BooleanField()
    zones = serializers.ListField(child=serializers.CharField())
    priced_by = serializers.ChoiceField(choices=[by.value for by in PricedBy])
    prices = MoneyOutput(many=True)
    bands = ShippingBandOutput(many=True)
    free_from = MoneyOutput(many=True)
    free_with_skus = serializers.ListField(child=serializers.CharField())
    free_with_products = serializers.ListField(child=serializers.CharField())
    free_with_categories = serializers.ListField(child=serializers.CharField())
    min_days = serializers.IntegerField(allow_null=True)
    max_days = serializers.IntegerField(allow_null=True)
    pickup = serializers.BooleanField()
    pickup_location = serializers.CharField()


class ManagedShippingMethodListOutput(Output):
    """All shipping methods, in the order in which they are offered."""

    examples = {"next": None, "previous": None}

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ManagedShippingMethodOutput(many=True)


class AreaOutput(Output):
    """A region of a country."""

    examples = AreaInput.examples

    country_code = serializers.CharField()
    region = serializers.CharField()


class ShippingZoneOutput(Output):
    """A zone: the most specific one that an address is in counts."""

    examples = ShippingZoneInput.examples

    code = serializers.CharField()
    title = serializers.CharField()
    countries = serializers.ListField(child=serializers.CharField())
    regions = AreaOutput(many=True)
    everywhere_else = serializers.BooleanField()


class ShippingZoneListOutput(Output):
    """All zones, by title."""

    examples = {"next": None, "previous": None}

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ShippingZoneOutput(many=True)


def option_body(offer: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return the `ShippingOptionOutput` of an offer as a checkout stores it."""
    return {**offer, "price": money_body(offer["price"], currency)}


def quote_body(quote: ShippingQuote, destination: Destination) -> dict[str, Any]:
    """Return the `ShippingQuoteOutput`; it says so when nothing can be shipped."""
    currency = quote.currency
    nowhere = quote.requires_shipping and not quote.offers
    doubt = region_doubt(destination.country, destination.region)
    messages = [NO_SHIPPING_METHOD] if nowhere else []
    messages += [Message(UNKNOWN_REGION, "", doubt)] if doubt else []
    return {
        "currency": currency,
        "subtotal": money_body(quote.subtotal, currency),
        "options": [option_body(asdict(offer), currency) for offer in quote.offers],
        "requires_shipping": quote.requires_shipping,
        "messages": [{**asdict(message), "pointer": "/options"} for message in messages],
    }


def method_body(method: ShippingMethod) -> dict[str, Any]:
    """Return the `ManagedShippingMethodOutput` of a method and what belongs to it."""
    steps = [Step(band.currency, band.minimum, band.amount) for band in method.bands.all()]
    same = (
        "code", "title", "position", "active", "priced_by", "free_with_skus",
        "free_with_products", "free_with_categories", "min_days", "max_days", "pickup",
        "pickup_location",
    )  # fmt: skip
    return {
        **{name: getattr(method, name) for name in same},
        "zones": sorted(link.zone_id for link in method.zones.all()),
        "prices": [money_body(price.amount, price.currency) for price in method.prices.all()],
        "bands": [
            {
                "from": band.begins,
                "to": band.ends,
                "price": money_body(band.amount, band.currency),
            }
            for band in bands_of(steps)
        ],
        "free_from": [money_body(each.amount, each.currency) for each in method.free_from.all()],
    }


def zone_body(zone: ShippingZone) -> dict[str, Any]:
    """Return the `ShippingZoneOutput` of a zone and its areas."""
    areas = zone.areas.all()
    return {
        "code": zone.code,
        "title": zone.title,
        "countries": [area.country for area in areas if area.country and not area.region],
        "regions": [
            {"country_code": area.country, "region": area.region} for area in areas if area.region
        ],
        "everywhere_else": any(not area.country for area in areas),
    }
