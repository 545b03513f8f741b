"""The VAT area of the European Union, and when the buyer accounts for the tax."""

from __future__ import annotations

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from pricing.domain.basket import Buyer, Destination
from pricing.errors import InvalidVatNumber

# The member states, and XI: Northern Ireland, which is one for goods (Windsor Framework, art. 8).
# In VAT numbers Greece is EL.
EU_COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
VAT_AREA = EU_COUNTRIES | {"XI"}


MAX_VAT_NUMBER = 20


def vat_number_of(text: str) -> str:
    """Return a VAT number of the EU as it is compared: its country's prefix, no separators.

    Format and check digits are right, which does not say that the number is registered. Raises
    `InvalidVatNumber`.
    """
    number = "".join(text.split()).upper()
    country = country_of_vat_number(number)
    if country not in VAT_AREA:
        raise InvalidVatNumber(
            "A VAT number begins with the code of a member state of the EU, such as DE, EL or XI."
        )
    try:
        valid: str = vat.validate(number)
    except ValidationError:
        raise InvalidVatNumber(f"This is not a valid VAT number of {number[:2]}.") from None
    if len(valid) > MAX_VAT_NUMBER:
        raise InvalidVatNumber
    return f"EL{valid[2:]}" if valid.startswith("GR") else valid


def vat_country_of(place: Destination) -> str:
    """Return whose VAT holds in a place: XI for the postal codes of Northern Ireland."""
    in_northern_ireland = place.country == "GB" and place.postal_code.upper().startswith("BT")
    return "XI" if in_northern_ireland else place.country


def country_of_vat_number(number: str) -> str:
    """Return the country by the prefix of a VAT number, as addresses have it."""
    return "GR" if number.startswith("EL") else number[:2]


def is_one_tax_area(one: Destination, other: Destination) -> bool:
    """Tell whether nothing is exported between two places: within a country, or the EU."""
    return one.country == other.country or {one.country, other.country} <= EU_COUNTRIES


def is_reverse_charged(buyer: Buyer, origin: Destination, to: Destination | None) -> bool:
    """Tell whether the buyer, not the shop, owes the VAT of goods sent to another member state.

    Goods have to leave the shop's member state for another one, to a buyer with a VAT number of
    any but the shop's (Directive 2006/112/EC, art. 138).
    """
    if not buyer.vat_number or to is None:
        return False
    at_home = vat_country_of(origin)
    abroad = {vat_country_of(to), country_of_vat_number(buyer.vat_number)}
    return {at_home, *abroad} <= VAT_AREA and at_home not in abroad
