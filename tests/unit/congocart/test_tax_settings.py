"""Where the shop is taxed, as the operator says it."""

from __future__ import annotations

import pytest

from congocart.environment import Environment
from congocart.tax_settings import place, tax_settings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GB", ("GB", "")),
        ("CA-QC", ("CA", "QC")),
        ("CA-Québec", ("CA", "QC")),
        ("US-US-CA", ("US", "CA")),
    ],
)
def test_an_origin_is_a_country_or_a_region_of_one(text: str, found: tuple[str, str]) -> None:
    assert place(text) == found


@pytest.mark.parametrize("text", ["", "XX", "gb", "UK", "CA-Atlantis", "CA/QC", "-", "DE-BY"])
def test_what_addresses_do_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it has to be a country"):
        place(text)


def test_each_fault_is_told() -> None:
    env = Environment(
        {
            "CONGOCART_TAX_BASIS": "moon",
            "CONGOCART_TAX_ORIGIN": "UK",
            "CONGOCART_SHIPPING_TAX": "some",
            "CONGOCART_VIES": "on",
            "CONGOCART_VIES_URL": "vies",
            "CONGOCART_TAX_PROVIDER": "ftp://tax.example",
            "CONGOCART_TAX_PROVIDER_TIMEOUT_SECONDS": "0",
            "CONGOCART_TAX_FALLBACK": "guess",
        }
    )
    found = tax_settings(env)
    assert len(env.faults) == 8
    assert (found.basis, found.origin, found.fallback) == ("destination", ("GB", ""), "table")
