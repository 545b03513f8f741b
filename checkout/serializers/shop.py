"""The shop as a storefront needs to know it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from babel import Locale
from babel.numbers import get_currency_name, get_currency_symbol
from django.conf import settings
from rest_framework import serializers

from checkout.selectors import Shop
from core.http.fields import Output
from core.languages import locale_of
from core.money import minor_digits


class ShopCurrencyOutput(Output):
    """A currency that there are prices in."""

    examples = {"code": "GBP", "name": "British Pound", "symbol": "£", "decimals": 2}

    code = serializers.CharField(help_text="ISO 4217.")
    name = serializers.CharField()
    symbol = serializers.CharField(help_text="As the shop's first language writes it.")
    decimals = serializers.IntegerField(
        help_text="Digits of the minor unit: an `amount` is shifted by so many."
    )


class ShopLanguageOutput(Output):
    """A language that buyers are written to in."""

    examples = {"code": "de", "name": "Deutsch"}

    code = serializers.CharField(help_text="BCP 47.")
    name = serializers.CharField(help_text="In the language itself.")


class ShopProviderOutput(Output):
    """A way to pay, for `payment.provider` of a completion."""

    examples = {
        "name": "test",
        "takes_token": True,
        "publishable_key": None,
        "test_tokens": ["tok_decline", "tok_requires_action", "tok_success", "tok_timeout"],
    }

    name = serializers.CharField()
    takes_token = serializers.BooleanField(help_text="Whether it needs a `payment.token`.")
    publishable_key = serializers.CharField(
        allow_null=True, help_text="What the provider's own form in the browser begins with."
    )
    test_tokens = serializers.ListField(
        child=serializers.CharField(), help_text="All that it takes, where it moves no money."
    )


class ShopLinksOutput(Output):
    """Where else to look."""

    examples = {
        "storefront": "https://shop.example",
        "countries": "https://api.shop.example/api/v1/countries",
        "docs": "https://api.shop.example/api/docs",
        "schema": "https://api.shop.example/api/schema",
    }

    storefront = serializers.CharField(help_text="Where links in e-mails lead.")
    countries = serializers.CharField(help_text="What addresses need.")
    docs = serializers.CharField()
    schema = serializers.CharField(help_text="The OpenAPI document.")


class ShopOutput(Output):
    """What the shop is: the same for everyone."""

    examples = {
        "name": "CongoCart",
        "default_currency": "GBP",
        "time_zone": "Europe/London",
        "prices_include_tax": False,
        "completion_requires": ["email", "name", "address"],
        "ships_to": ["DE", "FR", "GB"],
    }

    name = serializers.CharField()
    default_currency = serializers.CharField(help_text="Of carts that name none.")
    currencies = ShopCurrencyOutput(many=True, help_text="The default one first.")
    languages = ShopLanguageOutput(
        many=True, help_text="The first is for those who understand none of them."
    )
    time_zone = serializers.CharField(help_text="Its name in the IANA database.")
    prices_include_tax = serializers.BooleanField(
        help_text="Whether regular prices hold the tax, or it is added to them."
    )
    completion_requires = serializers.ListField(
        child=serializers.ChoiceField(choices=["email", "name", "phone", "address"]),
        help_text="What completing a checkout needs of a buyer.",
    )
    ships_to = serializers.ListField(
        child=serializers.CharField(),
        help_text="Countries (ISO 3166-1) of which at least a part is delivered to.",
    )
    payment_providers = ShopProviderOutput(many=True)
    links = ShopLinksOutput()


def shop_body(shop: Shop, *, base: str) -> dict[str, Any]:
    """Render `ShopOutput`; `base` is the URL of the API's host."""
    locale = locale_of(settings.SHOP_LANGUAGES[0])
    return {
        "name": settings.SHOP_NAME,
        "default_currency": settings.DEFAULT_CURRENCY,
        "currencies": [
            {
                "code": code,
                "name": get_currency_name(code, locale=locale),
                "symbol": get_currency_symbol(code, locale=locale),
                "decimals": minor_digits(code),
            }
            for code in shop.currencies
        ],
        "languages": [
            {"code": code, "name": Locale.parse(code, sep="-").get_display_name()}
            for code in settings.SHOP_LANGUAGES
        ],
        "time_zone": settings.SHOP_TIME_ZONE.key,
        "prices_include_tax": settings.PRICES_INCLUDE_TAX,
        "completion_requires": settings.CHECKOUT_REQUIRES,
        "ships_to": shop.ships_to,
        "payment_providers": [
            {**asdict(each), "publishable_key": each.publishable_key or None}
            for each in shop.payment_providers
        ],
        "links": {
            "storefront": settings.STOREFRONT_URL,
            "countries": f"{base}api/v1/countries",
            "docs": f"{base}api/docs",
            "schema": f"{base}api/schema",
        },
    }
