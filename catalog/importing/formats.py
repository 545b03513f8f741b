"""The two formats of catalog files: our own, and Shopify's product CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from catalog.domain import ProductStatus, slug_of, variant_title
from catalog.importing.files import Row, read_rows
from catalog.importing.html_text import text_of
from catalog.importing.products import BadRow, ImportedProduct, ImportedVariant
from catalog.importing.skus import derived_sku
from catalog.importing.values import (
    BadValue,
    handle_from,
    options_from,
    parse_price,
    ships_from,
    sku_from,
    status_from,
    stock_from,
    tax_class_from,
    text_from,
    weight_from,
)
from core.money import Money

_OPTION = "option:"
_PRICE = "price:"


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is read. Every function raises `BadValue`.

    `product` reads the row that has the title. `variant` gets a row, the first row of the
    same product and the currency, and gives None for a row that describes no variant.
    """

    required: tuple[str, ...]
    handle: Callable[[Row], str]
    product: Callable[[Row], ImportedProduct]
    variant: Callable[[Row, Row, str], ImportedVariant | None]


def read_products(
    path: Path, *, format_name: str, currency: str
) -> Iterator[ImportedProduct | BadRow]:
    """Yield the products of a file, in its order, and among them the rows that are no good.

    Rows of one product are consecutive. Raises `UnreadableFile`.
    """
    chosen = FORMATS[format_name]

    def with_handle(row: Row | BadRow) -> tuple[str | None, Row | BadRow]:
        if isinstance(row, BadRow):
            return None, row
        try:
            return chosen.handle(row), row
        except BadValue as bad:
            return None, BadRow(row.line, str(bad))

    rows = map(with_handle, read_rows(path, required=chosen.required))
    for handle, group in groupby(rows, key=lambda pair: pair[0]):
        found = [row for _, row in group]
        yield from (row for row in found if isinstance(row, BadRow))
        if handle is not None:
            yield from _product(chosen, [r for r in found if isinstance(r, Row)], currency)


def _product(
    chosen: Format, rows: Sequence[Row], currency: str
) -> Iterator[ImportedProduct | BadRow]:
    try:
        product = chosen.product(rows[0])
    except BadValue as bad:
        yield BadRow(rows[0].line, f"{bad} The product is left out.")
        return
    variants = []
    for row in rows:
        try:
            variant = chosen.variant(row, rows[0], currency)
        except BadValue as bad:
            yield BadRow(row.line, str(bad))
        else:
            variants += [variant] if variant else []
    if variants:
        yield replace(product, variants=tuple(variants))


def _description(text: str | None) -> str | None:
    return None if text is None else text_from("the description", text, 20_000)


def _variant_title(text: str | None, options: Mapping[str, str] | None) -> str | None:
    """Return `text`, or else the options; None when the file has a column for neither."""
    if text is None and options is None:
        return None
    return text_from("the variant's title", variant_title(text or "", options or {}), 255)


def _compare_at(text: str, currency: str) -> Money | None:
    return parse_price(text, currency) if text else None


# ---- our own ----------------------------------------------------------------------------------


def own_handle(row: Row) -> str:
    """Return the handle, or a slug of the title."""
    return handle_from(row.values.get("handle") or slug_of(row.values["title"]))


def own_product(row: Row) -> ImportedProduct:
    """Read what the first row of a product says of it."""
    return ImportedProduct(
        line=row.line,
        handle=own_handle(row),
        title=text_from("the title", row.values["title"], 255),
        description=_description(row.values.get("description")),
        category=_path(row.values.get("category", "")),
        variants=(),
        tax_class=tax_class_from(row.values.get("tax_class", "")),
        status=status_from(row.values.get("status", "")),
    )


def own_variant(row: Row, first: Row, currency: str) -> ImportedVariant:
    """Read the variant that a row describes."""
    has_options = any(name.startswith(_OPTION) for name in row.values)
    options = options_from(_named(row, _OPTION)) if has_options else None
    derived = None if row.values["sku"] else derived_sku(own_handle(row), options or {})
    currency = row.values.get("currency") or currency
    prices = {currency: row.values["price"]} | _named(row, _PRICE)
    return ImportedVariant(
        line=row.line,
        sku=derived.plain if derived else sku_from(row.values["sku"]),
        derived=derived,
        title=_variant_title(row.values.get("variant_title"), options),
        options=options,
        prices=tuple(parse_price(text, name) for name, text in prices.items()),
        has_compare_at="compare_at_price" in row.values,
        compare_at=_compare_at(row.values.get("compare_at_price", ""), currency),
        stock=stock_from(row.values.get("stock", "")),
        weight=weight_from(row.values.get("weight"), row.values.get("weight_unit") or "g"),
        requires_shipping=ships_from(row.values.get("requires_shipping")),
    )


def _named(row: Row, prefix: str) -> dict[str, str]:
    """Return the values of the columns that begin with `prefix`, by the rest of their names."""
    return {
        name.removeprefix(prefix).strip(): value
        for name, value in row.values.items()
        if name.startswith(prefix) and value
    }


def _path(text: str) -> tuple[str, ...]:
    titles = [title.strip() for title in text.split(">")]
    return tuple(text_from("the category", title, 120) for title in titles if title)


# ---- Shopify's --------------------------------------------------------------------------------


def shopify_handle(row: Row) -> str:
    """Return the handle."""
    return handle_from(row.values["Handle"])


def shopify_product(row: Row) -> ImportedProduct:
    """Read what the first row of a product says of it.

    `Published` is about the online store alone: a product that is active is a draft without it.
    """
    values = row.values
    status = status_from(values.get("Status", ""))
    if status is not ProductStatus.ARCHIVED and values.get("Published", "").lower() == "false":
        status = ProductStatus.DRAFT
    body = values.get("Body (HTML)")
    return ImportedProduct(
        line=row.line,
        handle=shopify_handle(row),
        title=text_from("the title", values["Title"], 255),
        description=_description(body if body is None else text_of(body)),
        category=_path(values.get("Type", "").replace(">", " ")),
        variants=(),
        tax_class="exempt" if values.get("Variant Taxable", "").lower() == "false" else None,
        status=status,
    )


def shopify_variant(row: Row, first: Row, currency: str) -> ImportedVariant | None:
    """Read the variant that a row describes; None for a row with another picture only."""
    values = row.values
    sku = values.get("Variant SKU", "")
    if not (sku or values["Variant Price"] or values.get("Option1 Value")):
        return None
    options = _shopify_options(row, first)
    derived = None if sku else derived_sku(shopify_handle(row), options or {})
    return ImportedVariant(
        line=row.line,
        sku=derived.plain if derived else sku_from(sku),
        derived=derived,
        title=_variant_title(None, options),
        options=options,
        prices=(parse_price(values["Variant Price"], currency),),
        has_compare_at="Variant Compare At Price" in values,
        compare_at=_compare_at(values.get("Variant Compare At Price", ""), currency),
        stock=stock_from(values.get("Variant Inventory Qty", "")),
        # Always in grams; `Variant Weight Unit` only says how Shopify's admin shows it.
        weight=weight_from(values.get("Variant Grams")),
        requires_shipping=ships_from(values.get("Variant Requires Shipping")),
    )


def _shopify_options(row: Row, first: Row) -> dict[str, str] | None:
    """Read the options: names are in the first row only, and `Title` means there are none.

    Return None when the file has no column for them.
    """
    if "Option1 Name" not in row.values or "Option1 Value" not in row.values:
        return None
    found = {}
    for number in (1, 2, 3):
        name = first.values.get(f"Option{number} Name", "")
        value = row.values.get(f"Option{number} Value", "")
        if name and value and (name, value) != ("Title", "Default Title"):
            found[name] = value
    return options_from(found)


FORMATS = {
    "congocart": Format(("title", "sku", "price"), own_handle, own_product, own_variant),
    "shopify": Format(
        ("Handle", "Title", "Variant Price"), shopify_handle, shopify_product, shopify_variant
    ),
}
