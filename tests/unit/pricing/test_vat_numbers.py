"""VAT numbers: the country's prefix, its format and its check digits."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain import vat_number_of
from pricing.domain.vat import VAT_AREA, country_of_vat_number
from pricing.errors import InvalidVatNumber


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("DE136695976", "DE136695976"),
        ("de 136 695 976", "DE136695976"),
        ("DE-136.695.976", "DE136695976"),
        ("ATU37675002", "ATU37675002"),
        ("FR 40 303 265 045", "FR40303265045"),
        ("BE 697449992", "BE0697449992"),  # nine digits are of before 2007
        ("EL094259216", "EL094259216"),
        ("GR094259216", "EL094259216"),  # Greece is EL in VAT numbers
        ("XI 366 3030 68", "XI366303068"),  # Northern Ireland
        ("IE6388047V", "IE6388047V"),
    ],
)
def test_a_number_is_kept_in_one_form(text: str, number: str) -> None:
    assert vat_number_of(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "DE", "136695976", "DE136695977", "FR136695976", "ATU3767500", "GB366303068",
        "CHE107787577", "US123456789", "EU372008391", "IM3720000224", "DE136695976" * 3, "🫖",
        "DE١٣٦٦٩٥٩٧٦", "DE136695976\0", "X I366303068 GB",
    ],
)  # fmt: skip
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidVatNumber):
        vat_number_of(text)


def test_the_refusal_names_the_country() -> None:
    with pytest.raises(InvalidVatNumber, match=r"^This is not a valid VAT number of FR\.$"):
        vat_number_of("FR136695976")
    begins = "A VAT number begins with the code of a member state of the EU, such as DE, EL or XI."
    with pytest.raises(InvalidVatNumber, match=f"^{re.escape(begins)}$"):
        vat_number_of("GB366303068")


@given(st.sampled_from(sorted(VAT_AREA)), st.text(max_size=25) | st.from_regex(r"[0-9A-Z]{5,12}"))
def test_whatever_is_typed_is_a_number_or_is_refused(prefix: str, rest: str) -> None:
    with suppress(InvalidVatNumber):
        number = vat_number_of(prefix + rest)
        assert vat_number_of(number) == number
        assert country_of_vat_number(number) == prefix
        assert number.isascii()
        assert number.isalnum()
