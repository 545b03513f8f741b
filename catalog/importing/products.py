"""What a catalog file says, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.domain import ProductStatus
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
    titles from the top, is empty to leave the category alone; so does None the tax class and
    the status, with which a new product is published.
    """

    line: int
    handle: str
    title: str
    description: str | None
    category: tuple[str, ...]
    variants: tuple[ImportedVariant, ...]
    tax_class: str | None = None
    status: ProductStatus | None = None


@dataclass(slots=True)
class Imported:
    """What an import did: products by what became of them, and the rows it left out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)

    def add(self, other: Imported) -> None:
        """Add what `other` did."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.bad_rows += other.bad_rows


@dataclass(slots=True)
class Seen:
    """What a file has said so far: handles of products that had a title, and SKUs."""

    handles: set[str] = field(default_factory=set)
    skus: set[str] = field(default_factory=set)

    def add(self, other: Seen) -> None:
        """Add what `other` has seen."""
        self.handles |= other.handles
        self.skus |= other.skus
