"""`GET /countries`: what a form for an address needs, and checkouts then accept."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.postal import country_codes

COUNTRIES = "/api/v1/countries"


def country(client: APIClient, code: str, language: str = "en") -> dict[str, Any]:
    response = client.get(f"{COUNTRIES}/{code}", headers={"Accept-Language": language})
    assert response.status_code == 200, response.content
    return dict(response.json())


def labels(client: APIClient, code: str, language: str = "en") -> dict[str, str]:
    return {field["name"]: field["label"] for field in country(client, code, language)["fields"]}


def test_countries_are_listed_by_name(client: APIClient) -> None:
    body = client.get(COUNTRIES).json()
    names = {each["code"]: each["name"] for each in body["results"]}

    assert (body["next"], body["previous"]) == (None, None)
    assert set(names) == set(country_codes())
    assert list(names)[:4] == ["AF", "AX", "AL", "DZ"]  # Åland Islands under A
    assert names["GB"] == "United Kingdom"


@pytest.mark.parametrize(
    ("accepted", "language", "name"),
    [
        ("de-AT,en;q=0.5", "de", "Deutschland"),
        ("fr", "fr", "Allemagne"),
        ("en-US", "en", "Germany"),
        ("tlh, fr;q=0.1", "fr", "Allemagne"),
        ("tlh", "en", "Germany"),
        ("", "en", "Germany"),
        ("*;;q=\x7f" * 9, "en", "Germany"),
    ],
)
def test_names_are_in_the_language_that_is_preferred(
    client: APIClient, accepted: str, language: str, name: str
) -> None:
    for path in (COUNTRIES, f"{COUNTRIES}/DE"):
        response = client.get(path, headers={"Accept-Language": accepted})
        found = {each["code"]: each["name"] for each in response.json().get("results", [])}
        assert found.get("DE", response.json().get("name")) == name
        assert response["Content-Language"] == language
        assert "Accept-Language" in response["Vary"]


def test_fields_come_as_the_country_writes_them_under_its_own_names(client: APIClient) -> None:
    assert list(labels(client, "US"))[3:] == [
        "line1", "line2", "city", "region", "postal_code", "phone",
    ]  # fmt: skip
    assert list(labels(client, "JP"))[:4] == ["postal_code", "region", "city", "line1"]
    assert labels(client, "US").items() >= {"region": "State", "postal_code": "ZIP code"}.items()
    assert labels(client, "IE").items() >= {"region": "County", "postal_code": "Eircode"}.items()
    assert labels(client, "JP", "de").items() >= {"region": "Präfektur", "city": "Ort"}.items()
    assert labels(client, "CA", "fr")["postal_code"] == "Code postal"
    assert not labels(client, "GB").keys() & {"region"}
    assert not labels(client, "AE").keys() & {"postal_code"}


def test_regions_have_the_code_that_addresses_keep_and_a_name(client: APIClient) -> None:
    america, japan = country(client, "us"), country(client, "JP")

    assert {"code": "CA", "name": "California"} in america["regions"]
    assert {"code": "東京都", "name": "Tokyo"} in japan["regions"]
    assert america["postal_code"] == {
        "pattern": r"(\d{5})(?:[ \-](\d{4}))?", "example": "95014",
    }  # fmt: skip
    assert country(client, "HK")["postal_code"] is None


def test_every_country_has_a_form_in_every_language(client: APIClient) -> None:
    for code in country_codes():
        for language in ("en", "de", "fr"):
            names = [field["name"] for field in country(client, code, language)["fields"]]
            assert len(set(names)) == len(names)
            assert {"line1", "city", "phone"} <= set(names)


@pytest.mark.parametrize("code", ["XX", "UK", "GBR", "ZZ", "g", "%00%00", "🇬🇧", "x" * 500])
def test_a_code_that_no_country_has_is_not_found(client: APIClient, code: str) -> None:
    response = client.get(f"{COUNTRIES}/{code}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_caches_may_keep_them_for_each_language(client: APIClient) -> None:
    first = client.get(COUNTRIES, headers={"Accept-Language": "de"})
    assert first["Cache-Control"] == "public, no-cache"
    again = {"If-None-Match": first["ETag"]}
    assert client.get(COUNTRIES, headers={**again, "Accept-Language": "de"}).status_code == 304
    assert client.get(COUNTRIES, headers={**again, "Accept-Language": "fr"}).status_code == 200


def test_they_ask_the_database_for_nothing(client: APIClient, assert_statements) -> None:
    # Without the mark for a database, any statement would fail.
    country(client, "US")
    assert client.get(COUNTRIES).status_code == 200
