"""Products as the API shows them: few statements, whatever their number, and no model instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.contrib.postgres.search import SearchRank
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from catalog.domain import (
    ProductFilter,
    ProductNotFound,
    ProductStatus,
    VariantNotFound,
    status_of,
)
from catalog.models import Price, Product, Variant
from catalog.selectors.categories import subtree_of
from catalog.selectors.images import image_bodies, images_of
from catalog.selectors.search import search_query
from catalog.selectors.shown_prices import has_lists_for_everyone, shown_prices
from core.db.statements import IsAnyOf, Parameter, Statement
from core.money import money_body
from inventory.domain import units_available
from inventory.selectors import units_held
from pricing.domain import RegularPrice

# The position of a product without a price in the currency: behind all others.
_DEARER_THAN_ALL = 2**62
_EXACT_SKU = 10_000_000
_ORDERABLE = (
    Q(stock__on_hand__gt=units_held("stock__reserved"))
    | Q(stock__tracked=False)
    | Q(stock__backorder=True)
)
_COLUMNS = ("id", "slug", "title", "description", "category__slug", "tax_class", "options")
_NAMES = ("id", "slug", "title", "description", "category", "tax_class", "options", "media")


class ProductRow(Protocol):
    """A product without its variants, then what it may be sorted by: a named tuple."""

    @property
    def id(self) -> UUID: ...

    def __iter__(self) -> Iterator[Any]: ...


def product_rows(wanted: ProductFilter, *, ordering: str) -> QuerySet[Product, ProductRow]:
    """Select the products that `wanted` describes, not yet in order and not yet read.

    They carry what `ordering` (`-created`, `title`, `price`, `relevance`, ...) sorts by, besides
    the id: `created_at`, `title`, their lowest `price` in minor units, or `relevance` to what
    is searched for. Products without a price come last, whichever way prices are sorted.
    """
    products: QuerySet[Product] = Product.objects.with_status(wanted.status).filter(
        *_conditions(wanted)
    )
    if wanted.search:
        products = _matching(products, wanted.search)
    if ordering == "price":
        products = products.annotate(price=_lowest_price(wanted.currency, or_else=_DEARER_THAN_ALL))
    if ordering == "-price":
        products = products.annotate(price=_lowest_price(wanted.currency, or_else=-1))
    sort_keys = {"price": ["price"], "created": ["created_at"], "relevance": ["relevance"]}
    return products.annotate(shown=images_of("product")).values_list(
        *_COLUMNS, "shown", *sort_keys.get(ordering.removeprefix("-"), []), named=True
    )


def product_list(
    rows: Sequence[ProductRow], *, wanted: ProductFilter, now: datetime
) -> list[dict[str, Any]]:
    """Return the bodies for `rows`, which are among those `wanted`, each with its variants.

    One statement for all of them, and those of `shown_prices`.
    """
    variants = _variants_by_product([row.id for row in rows], wanted.currency, now)
    return [_product_body(row, wanted.status, variants.get(row.id, [])) for row in rows]


def product(slug: str, *, for_staff: bool = False, currency: str, now: datetime) -> dict[str, Any]:
    """Return the body for one product; two statements, and `shown_prices`.

    Raises `ProductNotFound`, as it does for what is not published unless it is `for_staff`.
    """
    rows = [] if "\0" in slug else _product_statement().rows(slug=slug)
    if not rows:
        raise ProductNotFound
    *columns, hidden_since, is_draft = rows[0]
    status = status_of(hidden_since=hidden_since, is_draft=is_draft)
    if status is not ProductStatus.PUBLISHED and not for_staff:
        raise ProductNotFound
    pk: UUID = columns[0]
    variants = _variants_by_product([pk], currency, now).get(pk, [])
    return _product_body(columns, status, variants)


def variant(sku: str, *, currency: str, now: datetime) -> dict[str, Any]:
    """Return the body for one variant; one statement, and `shown_prices`.

    Raises `VariantNotFound`.
    """
    rows = [] if "\0" in sku else _variant_statement().rows(sku=sku, currency=currency)
    if not rows:
        raise VariantNotFound
    (_, body) = next(_variant_bodies(rows, currency, now))
    return body


def taken_slugs(slugs: Iterable[str]) -> set[str]:
    """Return those of `slugs` that products have, whatever their status."""
    return set(Product.objects.filter(slug__in=slugs).values_list("slug", flat=True))


def _conditions(wanted: ProductFilter) -> list[Q]:
    variants = Variant.objects.filter(product=OuterRef("pk"), deleted_at=None)
    conditions: list[Q] = []
    if wanted.category is not None:
        conditions.append(Q(category_id__in=subtree_of(wanted.category)))
    if wanted.in_stock is False:
        conditions.append(~Q(Exists(variants.filter(_ORDERABLE))))
    # What has to be true of the same variant: it is available, at a price within the bounds.
    of_one_variant = [_ORDERABLE] if wanted.in_stock else []
    prices = {"amount__gte": wanted.price_min, "amount__lte": wanted.price_max}
    if bounds := {name: bound for name, bound in prices.items() if bound is not None}:
        within = Price.objects.filter(variant=OuterRef("pk"), currency=wanted.currency, **bounds)
        of_one_variant.append(Q(Exists(within)))
    if of_one_variant:
        conditions.append(Q(Exists(variants.filter(*of_one_variant))))
    return conditions


def _lowest_price(currency: str, *, or_else: int) -> Coalesce:
    lowest = (
        Price.objects.filter(
            variant__product=OuterRef("pk"), variant__deleted_at=None, currency=currency
        )
        .order_by()
        .values("variant__product")
        .values(lowest=Min("amount"))
    )
    # Without its type a literal is sent as a 32-bit integer to a server that binds values.
    return Coalesce(Subquery(lowest), Value(or_else, output_field=BigIntegerField()))


def _matching(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Narrow to products that the words of `text` occur in, or that have a variant of this SKU."""
    query = search_query(text)
    sku = text.strip()
    with_sku = Exists(
        Variant.objects.filter(
            product=OuterRef("pk"), deleted_at=None, sku__in=[sku, sku.upper(), sku.lower()]
        )
    )
    # A whole number, because a cursor has to name a sort key exactly.
    rank = Cast(SearchRank("search_vector", query) * Value(1_000_000.0), IntegerField())
    return products.filter(Q(search_vector=query) | Q(with_sku)).annotate(
        relevance=rank + Case(When(with_sku, then=Value(_EXACT_SKU)), default=Value(0))
    )


def _product_body(
    columns: Iterable[Any], status: ProductStatus, variants: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the body for a product, from a row that starts with `_COLUMNS` and its pictures."""
    body = dict(zip(_NAMES, columns, strict=False))
    media = image_bodies(body["media"])
    return {**body, "media": media, "status": status, "variants": variants}


def _variants_by_product(
    product_ids: Collection[UUID], currency: str, now: datetime
) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = _variants_statement().rows(product_ids=list(product_ids), currency=currency)
    for product_id, body in _variant_bodies(rows, currency, now):
        found.setdefault(product_id, []).append(body)
    return found


def _variant_bodies(
    rows: Sequence[tuple[Any, ...]], currency: str, now: datetime
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Yield the id of the product and the body of each variant."""
    regular = {pk: RegularPrice(amount, was) for _, pk, _, _, _, amount, was, *_ in rows}
    has_lists = bool(rows) and rows[0][-1]
    prices = shown_prices(regular, currency=currency, has_lists=has_lists, now=now)

    def money(amount: int | None) -> dict[str, int | str] | None:
        return None if amount is None else money_body(amount, currency)

    for row in rows:
        (
            product_id, pk, sku, title, options, _, _, on_hand, reserved, tracked, backorder,
            weight, ships, images, _,
        ) = row  # fmt: skip
        yield (
            product_id,
            {
                "id": pk,
                "sku": sku,
                "title": title,
                "options": options,
                "price": money(prices[pk].amount),
                "compare_at_price": money(prices[pk].compare_at),
                "lowest_price_30_days": money(prices[pk].lowest),
                "available": units_available(
                    on_hand=on_hand, reserved=reserved, tracked=tracked, backorder=backorder
                ),
                "weight": weight,
                "requires_shipping": ships,
                "media": image_bodies(images),
            },
        )


@cache
def _product_statement() -> Statement:
    return Statement(
        Product.objects.filter(slug=Parameter("slug", CharField(), "varchar")).values_list(
            *_COLUMNS, images_of("product"), "deleted_at", "is_draft"
        )
    )


@cache
def _variants_statement() -> Statement:
    wanted = Parameter("product_ids", UUIDField(), "uuid[]")
    return _variant_columns(
        Variant.objects.filter(Q(IsAnyOf("product_id", wanted)), deleted_at=None).order_by(
            "product_id", "position", "id"
        )
    )


@cache
def _variant_statement() -> Statement:
    return _variant_columns(
        Variant.objects.filter(
            sku=Parameter("sku", CharField(), "varchar"), deleted_at=None
        ).order_by()
    )


def _variant_columns(variants: QuerySet[Variant]) -> Statement:
    currency = Parameter("currency", CharField(), "varchar")
    return Statement(
        variants.alias(
            price=FilteredRelation("prices", condition=Q(prices__currency=currency))
        ).values_list(
            "product_id", "id", "sku", "title", "options",
            F("price__amount"), F("price__compare_at"),
            "stock__on_hand", units_held("stock__reserved"), "stock__tracked", "stock__backorder",
            "weight", "requires_shipping", images_of("variant"), has_lists_for_everyone(),
        )
    )  # fmt: skip


def skus_like(text: str, *, limit: int) -> list[str]:
    """Return the first SKUs of variants with every word of `text` in their SKU or titles."""
    found = Variant.objects.filter(deleted_at=None, product__deleted_at=None)
    for word in text.split():
        found = found.filter(
            Q(sku__icontains=word) | Q(title__icontains=word) | Q(product__title__icontains=word)
        )
    return list(found.order_by("sku").values_list("sku", flat=True)[:limit])
