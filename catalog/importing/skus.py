"""SKUs for variants that a file gives none."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.domain import folded, slug_of

MAX_SKU = 100


@dataclass(frozen=True, slots=True)
class DerivedSku:
    """The same whenever handle and options are the same.

    `plain` can be read, but variants may share it; `sure` ends in a digest and is nobody
    else's. `is_ambiguous` says that `plain` has lost what may tell the variant from others.
    """

    plain: str
    sure: str
    is_ambiguous: bool


def derived_sku(handle: str, options: Mapping[str, str]) -> DerivedSku:
    """Return the SKU that is made from a handle and the values of options, in their order."""
    values = list(options.values())
    plain = "-".join([handle, *(slug_of(value) or _digest(value) for value in values)])
    if len(plain) > MAX_SKU:
        plain = f"{plain[:80]}-{_digest(plain)}"
    digest = _digest("\0".join([handle, *map(folded, values)]))
    return DerivedSku(plain, f"{plain[:87]}-{digest}", any(map(_loses, values)))


def _loses(value: str) -> bool:
    """Whether the slug of `value` lacks a symbol, or a sign at either end: `C++`, `C#`, `-5`."""
    text = folded(value)
    if not slug_of(value):
        return False
    has_symbol = any(unicodedata.category(c).startswith("S") for c in text)
    return has_symbol or not (text[0].isalnum() and text[-1].isalnum())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
