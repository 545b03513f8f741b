"""What a catalog file says, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.importing.skus import DerivedSku
from core.money import Money


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported; `line` is where it begins in the file, from 1."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


@dataclass(frozen=True, slots=True)
class ImportedVariant:
    """A variant as a file describes it; `stock` is only used when it is created.

    `title`, `options`, `weight` (grams) and `requires_shipping` are None when the file has no
    column for them. `derived` is given when the file has no SKU; `sku` is then the plain one.
    `compare_at` says what the price in its currency is a reduction of, None of none, when the
    file `has_compare_at`.
    """

    line: int
    sku: str
    title: str | None
    options: Mapping[str, str] | None
    prices: tuple[Money, ...]
    stock: int
    derived: DerivedSku | None = None
    has_compare_at: bool = False
    compare_at: Money | None = None
    weight: int | None = None
    requires_shipping: bool | None = None


@dataclass(frozen=True, slots=True)
class ImportedProduct:
    """A product as a file describes it, known by its handle.

    `title` is empty when none of its rows has one: such rows add to a product that exists.
    `description` is None when the file has no column for it, and `category`, the path of
    titles from the top, is empty to leave the category alone; so does None the tax class.
    """

    line: int
    handle: str
    title: str
    description: str | None
    category: tuple[str, ...]
    variants: tuple[ImportedVariant, ...]
    tax_class: str | None = None
