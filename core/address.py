"""Postal addresses: one structure, in one form, by the rules of the country they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from core.errors import FieldError, Invalid
from core.postal import Country, country_with, postal_code_of, region_of

# Our name for a field -> the name it has in the rules of a country.
_REQUIRED = {
    "line1": "street_address",
    "city": "city",
    "region": "country_area",
    "postal_code": "postal_code",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; every field is text, empty when absent."""

    line1: str
    city: str
    country_code: str
    first_name: str = ""
    last_name: str = ""
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


# The fields of each letter in the layout of a country.
_LINES = {
    "N": ("first_name", "last_name"), "O": ("company",), "A": ("line1", "line2"), "C": ("city",),
    "S": ("region",), "Z": ("postal_code",),
}  # fmt: skip
# What an address is not accepted without, whatever its country.
_ALWAYS = frozenset({"line1", "city"})


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form of a country's addresses; `kind` is what the country calls it."""

    name: str
    kind: str
    required: bool


def form_of(country: Country) -> list[FormField]:
    """Return the fields that addresses in a country have, in the order in which it writes them.

    A city where the country has none beside its region follows the region, and the phone
    number comes last. One of the names or a company is required, so that none of them is.
    """
    letters = list(country.layout)
    if "C" not in letters:
        letters.insert(letters.index("S" if "S" in letters else "A") + 1, "C")
    names = [name for letter in letters for name in _LINES[letter]]
    kinds = dict(zip(("region", "city", "postal_code"), country.kinds, strict=True))
    return [
        FormField(
            name,
            kinds.get(name, name),
            name in _ALWAYS or _REQUIRED.get(name) in country.required,
        )
        for name in [*names, "phone"]
    ]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is; the region and the postal code are empty when they are not known."""

    country_code: str
    region: str = ""
    postal_code: str = ""


def normalize_address(address: Address, pointer: str = "", *, full: bool = True) -> Address:
    """Return `address` with country, region and postal code in the form that rules compare.

    A region that is not known stays as it was written, as lists of regions age: `region_doubt`.
    Raises `Invalid` with an error for each field that its country's rules refuse; `pointer` is
    the JSON pointer of the address itself, put before each field's. One that need not be `full`
    may lack anything but the country.
    """
    country = _known_country(address.country_code, pointer)
    place = Place(country.code, address.region, address.postal_code)
    place, misplaced = _normalized(place, country)
    lacking = [why for why in undeliverable(address, country) if full or why[1] != "required"]
    if errors := [*lacking, *misplaced]:
        raise Invalid(errors=[FieldError(f"{pointer}/{name}", *why) for name, *why in errors])
    return replace(address, **asdict(place))


def normalize_place(place: Place, pointer: str = "", *, known: bool = True) -> Place:
    """Return `place` in the form of `normalize_address`, and raise what that does.

    Unless its region need not be `known`, one that is not is refused: a rule for it never holds.
    """
    country = _known_country(place.country_code, pointer)
    place, misplaced = _normalized(place, country)
    if known and (doubt := region_doubt(place.country_code, place.region)):
        misplaced.append(("region", "invalid", doubt))
    if misplaced:
        raise Invalid(errors=[FieldError(f"{pointer}/{name}", *why) for name, *why in misplaced])
    return place


def _known_country(code: str, pointer: str) -> Country:
    country = country_with(code.upper())
    if country is None:
        text = "There is no country with this code."
        problem = FieldError(f"{pointer}/country_code", "invalid" if code else "required", text)
        raise Invalid(errors=[problem])
    return country


def _normalized(place: Place, country: Country) -> tuple[Place, list[tuple[str, str, str]]]:
    """Return the place in the form that rules compare, and what the country's rules refuse."""
    region = region_of(country, place.region) if place.region else None
    postal_code = place.postal_code and postal_code_of(country, region, place.postal_code)
    errors = []
    if postal_code is None:
        where = f"{region} in that country" if region else "that country"
        example = f", such as {country.postal_examples[0]}" if country.postal_examples else ""
        problem = f"This is not a valid postal code for {where}{example}."
        errors.append(("postal_code", "invalid", problem))
    key = region.key if region else " ".join(place.region.split())
    return Place(country.code, key, postal_code or ""), errors


def region_doubt(country_code: str, region: str) -> str | None:
    """Return what to tell someone whose region their country is not known to have, if so."""
    country = country_with(country_code)
    if not region or not country or not country.regions or region_of(country, region):
        return None
    choices = ", ".join(map(str, country.regions))
    return f"This is not known as a region of that country. It has: {choices}."


def undeliverable(address: Address, country: Country) -> Iterator[tuple[str, str, str]]:
    """Yield field, code and message of each part that is missing to deliver to an address."""
    if not (address.first_name or address.last_name or address.company):
        yield "first_name", "required", "Addresses in any country need a name or a company."
    if fault := phone_fault(address.phone):
        yield ("phone", *fault)
    values = address.as_dict()
    for name, theirs in _REQUIRED.items():
        if theirs in country.required and not values[name]:
            label = name.replace("_", " ")
            yield name, "required", f"Addresses in this country need a {label}."


def phone_fault(phone: str) -> tuple[str, str] | None:
    """Return code and message for what is no phone number; none at all is fine.

    How numbers are written differs too much for more: extensions and short numbers have letters.
    """
    if phone and not any(map(str.isdigit, phone)):
        return "no_digits", "A phone number has digits."
    return None


def anonymous_address(address: Mapping[str, str] | None) -> dict[str, str]:
    """Return what may be kept of an address when its owner is erased: the country."""
    kept = {"country_code": (address or {}).get("country_code", "")}
    return {name: kept.get(name, "") for name in ADDRESS_FIELDS}
