"""Countries and the forms of their addresses, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE
from checkout.errors import CountryNotFound
from checkout.serializers.countries import (
    CountryFormOutput,
    CountryListOutput,
    countries_body,
    country_body,
)
from core.http.operations import operation
from core.http.response_cache import public_response
from core.languages import preferred_language
from core.postal import country_with

LANGUAGE = "In the one of the shop's languages that `Accept-Language` prefers."


class CountryViewSet(ViewSet):
    """Countries; nothing of them is in the database."""

    @operation(
        "listCountries",
        "List countries",
        access=ANYONE,
        responses={200: CountryListOutput},
        versioned=True,
        tag="Shop",
        description=f"{LANGUAGE} All of them: which ones the shop delivers to, `GET /shop` says.",
    )
    def list(self, request: Request) -> HttpResponse:
        return _in_their_language(request, countries_body)

    @operation(
        "getCountry",
        "Read the form of a country's addresses",
        access=ANYONE,
        responses={200: CountryFormOutput},
        errors=[CountryNotFound],
        versioned=True,
        tag="Shop",
        description=f"{LANGUAGE} The fields in their order, which are required, and the regions.",
    )
    def retrieve(self, request: Request, country_code: str) -> HttpResponse:
        country = country_with(country_code.upper())
        if country is None:
            raise CountryNotFound
        return _in_their_language(request, lambda language: country_body(country, language))


def _in_their_language(request: Request, body: Callable[[str], dict[str, Any]]) -> HttpResponse:
    accepted = request.headers.get("Accept-Language", "")
    language = preferred_language(accepted, settings.SHOP_LANGUAGES)
    response = public_response(request, lambda: body(language), keep=False)
    response["Content-Language"] = language
    response["Vary"] = "Accept-Language"
    return response
