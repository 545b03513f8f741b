"""The VAT area of the European Union, and when the buyer accounts for the tax."""

from __future__ import annotations

from pricing.domain.basket import Buyer, Destination

# The member states, and XI: Northern Ireland, which is one for goods (Windsor Framework, art. 8).
# In VAT numbers Greece is EL.
EU_COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
VAT_AREA = EU_COUNTRIES | {"XI"}


def vat_country_of(place: Destination) -> str:
    """Return whose VAT holds in a place: XI for the postal codes of Northern Ireland."""
    in_northern_ireland = place.country == "GB" and place.postal_code.upper().startswith("BT")
    return "XI" if in_northern_ireland else place.country


def country_of_vat_number(number: str) -> str:
    """Return the country by the prefix of a VAT number, as addresses have it."""
    return "GR" if number.startswith("EL") else number[:2]


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
