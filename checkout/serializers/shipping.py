"""What is said of shipping methods, zones and quotes, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, cast

from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog.domain import slug_of
from checkout.models.shipping import MAX_DAYS
from checkout.services import ShippingMethodChanges
from core.address import Place, normalize_place
from core.errors import FieldError, Invalid
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyInput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
)
from core.http.serializers import CountryCodeField, ItemInput, RegionField
from core.items import MAX_LINES
from core.money import MAX_AMOUNT, Money, money_body
from pricing.domain import Band, Destination, PricedBy, problems_of

MAX_CODE = 50
# More than there are countries, or currencies.
_MAX_PARTS = 300
AREAS = frozenset({"countries", "regions", "everywhere_else"})
_MAX_BANDS = 1_000
_MAX_NAMES = 1_000
_CODE = re.compile(r"^[A-Za-z0-9_-]+\Z")


class CodeField(StrictCharField):
    """Letters and digits of ASCII, hyphens and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_CODE, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if not _CODE.match(code):
            raise ValidationError("Use letters, digits, hyphens and underscores.", "invalid")
        return code


class _Coded(Input):
    """Something with a code of its own, which is made from the title when it is left out."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        code = attrs.get("code") or slug_of(attrs["title"])[:MAX_CODE].strip("-")
        if not _CODE.match(code):
            problem = "No code can be made from the title."
            raise ValidationError({"code": [ErrorDetail(problem, "required")]})
        return {**attrs, "code": code}


class ShippingBandInput(Input):
    """What it costs from `from` up to, and without, `to`: grams, minor units or units."""

    examples: ClassVar[Mapping[str, Any]] = {"from": 0, "to": 2000, "price": ...}

    to = StrictIntegerField(
        min_value=1,
        max_value=MAX_AMOUNT,
        required=False,
        allow_null=True,
        help_text="The next band unless given. What is beyond the last is not delivered.",
    )
    price = MoneyInput()

    def get_fields(self) -> dict[str, Any]:
        return {
            "from": StrictIntegerField(min_value=0, max_value=MAX_AMOUNT),
            **super().get_fields(),
        }


class ShippingMethodChangesInput(Input):
    """What may be changed of a shipping method; what is left out stays, lists are replaced."""

    examples: ClassVar[Mapping[str, Any]] = {
        "title": "Next day",
        "position": 3,
        "active": True,
        "zones": [],
        "priced_by": "flat",
        "prices": ...,
        "bands": [],
        "free_from": [money_body(5000, "GBP")],
        "free_with_skus": ["GIFT-BOX"],
        "free_with_products": ["teapot"],
        "free_with_categories": ["kitchen"],
        "min_days": 1,
        "max_days": 1,
        "pickup": False,
        "pickup_location": "",
    }

    title = StrictCharField(max_length=100, required=False)
    position = StrictIntegerField(min_value=0, max_value=32_767, required=False)
    active = StrictBooleanField(required=False)
    zones = StrictListField(
        child=CodeField(),
        max_length=_MAX_PARTS,
        required=False,
        help_text="Codes of zones; everywhere without any.",
    )
    priced_by = StrictChoiceField(choices=[by.value for by in PricedBy], required=False)
    prices = StrictListField(
        child=MoneyInput(), max_length=_MAX_PARTS, required=False, help_text="Of a flat method."
    )
    bands = StrictListField(
        child=ShippingBandInput(),
        max_length=_MAX_BANDS,
        required=False,
        help_text="Of one that is priced by weight, subtotal or quantity.",
    )
    free_from = StrictListField(
        child=MoneyInput(),
        max_length=_MAX_PARTS,
        required=False,
        help_text="The subtotal of what ships, before discounts, from which on it costs nothing.",
    )
    free_with_skus = StrictListField(
        child=StrictCharField(max_length=100), max_length=_MAX_NAMES, required=False
    )
    free_with_products = StrictListField(
        child=StrictCharField(max_length=200), max_length=_MAX_NAMES, required=False
    )
    free_with_categories = StrictListField(
        child=StrictCharField(max_length=200), max_length=_MAX_NAMES, required=False
    )
    min_days = StrictIntegerField(min_value=0, max_value=MAX_DAYS, required=False, allow_null=True)
    max_days = StrictIntegerField(min_value=0, max_value=MAX_DAYS, required=False, allow_null=True)
    pickup = StrictBooleanField(required=False, help_text="No shipping address is needed.")
    pickup_location = StrictCharField(
        max_length=500, required=False, allow_blank=True, multiline=True
    )


class ShippingMethodInput(ShippingMethodChangesInput, _Coded):
    """A shipping method to be created."""

    examples: ClassVar[Mapping[str, Any]] = {
        "code": "next-day",
        **ShippingMethodChangesInput.examples,
    }

    code = CodeField(required=False, help_text="Made from the title when left out.")
    title = StrictCharField(max_length=100)


class AreaInput(Input):
    """A region of a country."""

    examples: ClassVar[Mapping[str, Any]] = {"country_code": "US", "region": "AK"}

    country_code = CountryCodeField()
    region = RegionField()


class ShippingZoneChangesInput(Input):
    """What may be changed of a zone; the areas are replaced by those that are given."""

    examples: ClassVar[Mapping[str, Any]] = {
        "title": "Canada, Alaska and Hawaii",
        "countries": ["CA"],
        "regions": [
            {"country_code": "US", "region": "AK"},
            {"country_code": "US", "region": "HI"},
        ],
        "everywhere_else": False,
    }

    title = StrictCharField(max_length=100, required=False)
    countries = StrictListField(child=CountryCodeField(), max_length=_MAX_PARTS, required=False)
    regions = StrictListField(child=AreaInput(), max_length=5_000, required=False)
    everywhere_else = StrictBooleanField(
        required=False, help_text="Wherever no other zone has the region or the country."
    )


class ShippingZoneInput(ShippingZoneChangesInput, _Coded):
    """A zone to be created."""

    examples: ClassVar[Mapping[str, Any]] = {
        "code": "northern",
        **ShippingZoneChangesInput.examples,
    }

    code = CodeField(required=False, help_text="Made from the title when left out.")
    title = StrictCharField(max_length=100)


class ShippingQuoteInput(Input):
    """What would be delivered, and where to."""

    examples: ClassVar[Mapping[str, Any]] = {
        "items": ...,
        "country_code": "GB",
        "region": "",
        "postal_code": "SW1Y 4LB",
        "currency": "GBP",
    }

    items = StrictListField(child=ItemInput(), min_length=1, max_length=MAX_LINES)
    country_code = CountryCodeField()
    region = RegionField(required=False, allow_blank=True)
    postal_code = StrictCharField(max_length=20, required=False, allow_blank=True)
    currency = CurrencyField(required=False, help_text="ISO 4217 code; the shop's by default.")


def method_changes_from(data: Mapping[str, Any]) -> ShippingMethodChanges:
    """Convert validated input to what the services take.

    Raises `Invalid` for two amounts in one currency, and bands with gaps or overlaps.
    """
    changes: dict[str, Any] = {name: value for name, value in data.items() if name != "code"}
    problems: list[FieldError] = []
    for name in ("prices", "free_from"):
        if name in data:
            changes[name] = [Money(price["amount"], price["currency"]) for price in data[name]]
            problems += _repeated(changes[name], f"/{name}")
    if "priced_by" in data:
        changes["priced_by"] = PricedBy(data["priced_by"])
    if "bands" in data:
        changes["bands"] = [
            Band(
                currency=band["price"]["currency"],
                begins=band["from"],
                ends=band.get("to"),
                amount=band["price"]["amount"],
            )
            for band in data["bands"]
        ]
        problems += problems_of(changes["bands"], "/bands")
    if problems:
        raise Invalid(errors=problems)
    return cast("ShippingMethodChanges", changes)


def areas_from(data: Mapping[str, Any]) -> list[Place]:
    """Return the areas that a zone is to have.

    Raises `Invalid` for no area, an unknown country, and a region that is none of its country.
    """
    areas = [Place("")] if data.get("everywhere_else") else []
    problems: list[FieldError] = []
    named = [(Place(code), f"/countries/{n}") for n, code in enumerate(data.get("countries", []))]
    named += [(Place(**area), f"/regions/{n}") for n, area in enumerate(data.get("regions", []))]
    for place, pointer in named:
        try:
            areas.append(normalize_place(place, pointer))
        except Invalid as refusal:
            problems += refusal.errors
    if not areas and not problems:
        detail = "A zone has a country, a region or everywhere else."
        problems = [FieldError("/countries", "required", detail)]
    if problems:
        raise Invalid(errors=problems)
    return areas


def destination_from(data: Mapping[str, Any]) -> Destination:
    """Return where a quote is for. Raises `Invalid` for what its country's rules refuse."""
    asked = Place(data["country_code"], data.get("region", ""), data.get("postal_code", ""))
    place = normalize_place(asked, known=False)
    return Destination(place.country_code, place.region, place.postal_code)


def _repeated(prices: Iterable[Money], pointer: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for position, price in enumerate(prices):
        if price.currency in seen:
            detail = "There is more than one amount in this currency."
            yield FieldError(f"{pointer}/{position}/currency", "duplicate", detail)
        seen.add(price.currency)
