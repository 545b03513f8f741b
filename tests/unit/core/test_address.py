from __future__ import annotations

from dataclasses import replace

import pytest

from core.address import (
    ADDRESS_FIELDS,
    Address,
    Place,
    anonymous_address,
    form_of,
    normalize_address,
    normalize_place,
    region_doubt,
)
from core.errors import FieldError, Invalid
from core.http.serializers import AddressInput
from core.postal import country_codes, country_with

LONDON = Address(
    first_name="Ada",
    last_name="Lovelace",
    line1="12 St James's Square",
    city="London",
    postal_code="SW1Y 4LB",
    country_code="GB",
)


def refusals(address: Address, pointer: str = "") -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as refused:
        normalize_address(address, pointer)
    return refused.value.errors


@pytest.mark.parametrize(
    "address",
    [
        LONDON,
        replace(LONDON, city="Paris", postal_code="75001", country_code="FR"),
        replace(
            LONDON,
            line1="1600 Amphitheatre Parkway",
            city="Mountain View",
            region="CA",
            postal_code="94043",
            country_code="US",
        ),
        replace(LONDON, city="Tsim Sha Tsui", region="Kowloon", postal_code="", country_code="HK"),
        replace(LONDON, first_name="", last_name="Suharto"),
        replace(LONDON, first_name="", last_name="", company="Analytical Engines Ltd"),
        replace(LONDON, phone="+44 (0)20 7946-0958 ext. 3"),
        replace(LONDON, city="Dublin", region="Co. Dublin", postal_code="", country_code="IE"),
    ],
    ids=lambda address: address.country_code,
)
def test_an_address_that_follows_its_countrys_rules_is_accepted(address: Address) -> None:
    assert normalize_address(address) == address


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"postal_code": ""}, {"postal_code": "required"}),
        ({"postal_code": "12345"}, {"postal_code": "invalid"}),
        ({"city": ""}, {"city": "required"}),
        ({"line1": ""}, {"line1": "required"}),
        ({"first_name": "", "last_name": ""}, {"first_name": "required"}),
        ({"phone": "abc"}, {"phone": "no_digits"}),
        ({"country_code": ""}, {"country_code": "required"}),
        ({"country_code": "XX"}, {"country_code": "invalid"}),
        (
            {"country_code": "US", "postal_code": "94043"},
            {"region": "required"},
        ),
    ],
)
def test_each_field_that_breaks_its_countrys_rules_is_named(
    changes: dict[str, str], found: dict[str, str]
) -> None:
    errors = refusals(replace(LONDON, **changes), "/shipping_address")

    assert {error.pointer: error.code for error in errors} == {
        f"/shipping_address/{name}": code for name, code in found.items()
    }


def test_errors_are_sentences() -> None:
    (missing,) = refusals(replace(LONDON, postal_code=""))
    (wrong,) = refusals(replace(LONDON, postal_code="1"))
    (misplaced,) = refusals(
        replace(LONDON, region="California", postal_code="10001", country_code="US")
    )

    assert missing.pointer == "/postal_code"
    assert missing.detail == "Addresses in this country need a postal code."
    assert wrong.detail.startswith("This is not a valid postal code for that country, such as ")
    assert misplaced.detail.startswith("This is not a valid postal code for California (CA) in ")


def test_a_region_that_is_not_known_is_kept_as_it_was_written() -> None:
    seoul = replace(LONDON, city="Soul", postal_code="03051", country_code="KR", region=" Soul  si")

    assert normalize_address(seoul).region == "Soul si"


def test_who_names_no_region_that_is_known_reads_which_are() -> None:
    doubt = region_doubt("KR", "Soul")
    assert doubt
    assert doubt.startswith(
        "This is not known as a region of that country. It has: Gangwon-do (강원"
    )
    assert ", Seoul (서울특별시), " in doubt


@pytest.mark.parametrize(
    ("code", "region"), [("KR", "Seoul"), ("KR", ""), ("DE", "Bavaria"), ("XX", "Y"), ("", "Y")]
)
def test_a_region_is_in_doubt_only_where_the_regions_are_known(code: str, region: str) -> None:
    assert region_doubt(code, region) is None


def test_a_rule_for_a_region_that_is_not_known_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        normalize_place(Place("US", "Wessex"))
    assert [(each.pointer, each.code) for each in refused.value.errors] == [("/region", "invalid")]
    assert normalize_place(Place("US", "Wessex"), known=False) == Place("US", "Wessex")


def test_an_address_is_all_its_fields_in_the_order_of_the_contract() -> None:
    assert tuple(LONDON.as_dict()) == ADDRESS_FIELDS
    assert Address(**LONDON.as_dict()) == LONDON


@pytest.mark.parametrize("kept", [LONDON.as_dict(), {"country_code": "GB"}])
def test_of_a_forgotten_address_the_country_is_left(kept: dict[str, str]) -> None:
    forgotten = anonymous_address(kept)

    assert {name: text for name, text in forgotten.items() if text} == {"country_code": "GB"}
    assert tuple(forgotten) == ADDRESS_FIELDS


def test_no_address_is_forgotten_as_one_without_a_country() -> None:
    assert set(anonymous_address(None).values()) == {""}


@pytest.mark.parametrize("code", ["XX", "UK"])
def test_a_code_that_no_country_has_is_said_to_be_that(code):
    (unknown,) = refusals(replace(LONDON, country_code=code))

    assert (unknown.pointer, unknown.code) == ("/country_code", "invalid")
    assert unknown.detail == "There is no country with this code."


@pytest.mark.parametrize("code", country_codes())
def test_what_a_form_requires_is_what_an_address_is_not_accepted_without(code: str) -> None:
    country = country_with(code)
    assert country
    examples = {
        "line1": "1 Main Street",
        "city": "Springfield",
        "region": "There",
        "postal_code": next(iter(country.postal_examples), "1234"),
    }
    required = [field.name for field in form_of(country) if field.required]
    nothing = Address(line1="", city="", country_code=code, company="Acme")
    filled = replace(nothing, **{name: examples[name] for name in required})
    normalize_address(filled)
    for name in required:
        if not AddressInput().fields[name].required:
            assert name in {why.pointer[1:] for why in refusals(replace(filled, **{name: ""}))}
