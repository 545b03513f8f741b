"""Countries, and what a form for an address in each of them needs."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.address import form_of
from core.http.fields import Output
from core.languages import locale_of
from core.postal import Country, country_codes

# By what the metadata calls a field in a country, or by our own name for it.
_LABELS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "company": _("Company"),
    "line1": _("Street and number"),
    "line2": _("Address line 2"),
    "phone": _("Phone number"),
    "city": _("City"),
    "post_town": _("Town"),
    "suburb": _("Suburb"),
    "district": _("District"),
    "area": _("Area"),
    "county": _("County"),
    "department": _("Department"),
    "do_si": _("Province or city"),
    "emirate": _("Emirate"),
    "island": _("Island"),
    "oblast": _("Oblast"),
    "parish": _("Parish"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": _("State"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
    "postal": _("Postal code"),
    "zip": _("ZIP code"),
}


class CountryOutput(Output):
    """A country."""

    examples = {"code": "US", "name": "United States"}

    code = serializers.CharField(help_text="ISO 3166-1 alpha-2, for `country_code`.")
    name = serializers.CharField(help_text="In the language of the response.")


class CountryListOutput(Output):
    """All countries, in the order of their names."""

    examples = {"next": None, "previous": None}

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CountryOutput(many=True)


class AddressFieldOutput(Output):
    """A field of an address."""

    examples = {"name": "region", "label": "State", "required": True}

    name = serializers.CharField(help_text="The field in an address.")
    label: Any = serializers.CharField(
        help_text="What the country calls it, in the language of the response."
    )
    required: Any = serializers.BooleanField()


class RegionOutput(Output):
    """A region of a country."""

    examples = {"code": "CA", "name": "California"}

    code = serializers.CharField(help_text="What an address keeps.")
    name = serializers.CharField(help_text="In Latin letters where it has such a name.")


class PostalCodeOutput(Output):
    """What postal codes of a country look like, as an address keeps them."""

    examples = {"pattern": r"(\d{5})(?:[ \-](\d{4}))?", "example": "95014"}

    pattern = serializers.CharField(
        help_text="A regular expression of the whole. A hint only: small letters and missing "
        "blanks are understood, too."
    )
    example = serializers.CharField(allow_null=True)


class CountryFormOutput(CountryOutput):
    """What a form for an address in a country needs."""

    examples = {**CountryOutput.examples, "one_of": ["first_name", "last_name", "company"]}

    fields: Any = AddressFieldOutput(
        many=True, help_text="In the order in which the country writes them."
    )
    one_of = serializers.ListField(
        child=serializers.CharField(), help_text="Fields of which one is enough, and needed."
    )
    regions = RegionOutput(
        many=True,
        help_text="To choose from, empty where it is free text. Another one is taken, too: lists "
        "of regions age.",
    )
    postal_code = PostalCodeOutput(
        allow_null=True, help_text="Null where there are none, or any is right."
    )


def countries_body(language: str) -> dict[str, Any]:
    """Render `CountryListOutput` in a language."""
    names = locale_of(language).territories
    countries = [{"code": code, "name": names.get(code, code)} for code in country_codes()]
    ordered = sorted(countries, key=lambda each: _without_accents(each["name"]))
    return {"next": None, "previous": None, "results": ordered}


def country_body(country: Country, language: str) -> dict[str, Any]:
    """Render `CountryFormOutput` in a language."""
    examples = country.postal_examples
    pattern = country.postal_code
    with translation.override(language):
        fields = [
            {"name": each.name, "label": str(_LABELS[each.kind]), "required": each.required}
            for each in form_of(country)
        ]
    return {
        "code": country.code,
        "name": locale_of(language).territories.get(country.code, country.code),
        "fields": fields,
        "one_of": ["first_name", "last_name", "company"],
        "regions": [{"code": each.key, "name": each.names[1]} for each in country.regions],
        "postal_code": pattern
        and {"pattern": pattern.pattern, "example": examples[0] if examples else None},
    }


def _without_accents(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
