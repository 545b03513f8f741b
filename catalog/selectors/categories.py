"""The category tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from catalog.domain import Offer
from catalog.models import Category
from catalog.selectors.images import image_bodies, images_of
from pricing.domain import Item, Rules

_SUBTREE = """
WITH RECURSIVE subtree AS (
    SELECT id FROM catalog_category WHERE slug = %s
    UNION
    SELECT child.id FROM catalog_category child JOIN subtree ON child.parent_id = subtree.id
)
SELECT id FROM subtree
"""

_ANCESTRY = """
WITH RECURSIVE ancestry AS (
    SELECT id AS of, slug, parent_id FROM catalog_category WHERE id = ANY(%s)
    UNION
    SELECT below.of, above.slug, above.parent_id
    FROM catalog_category AS above JOIN ancestry AS below ON above.id = below.parent_id
)
SELECT of, slug FROM ancestry
"""


def priced_items(
    lines: Iterable[tuple[Offer, int, int]], rules: Rules, *, with_categories: bool = False
) -> tuple[Item, ...]:
    """Return what is to be priced of lines (offer, quantity, unit price in minor units).

    Categories are read, in one statement, when a promotion or the caller asks for any.
    """
    lines = list(lines)
    above: dict[UUID | None, frozenset[str]] = {}
    if with_categories or any(each.conditions.categories for each in rules.promotions):
        above = categories_above({offer.category_id for offer, _, _ in lines} - {None})
    return tuple(
        offer.item(quantity, unit_price, above.get(offer.category_id, frozenset()))
        for offer, quantity, unit_price in lines
    )


def categories_above(category_ids: Collection[UUID | None]) -> dict[UUID | None, frozenset[str]]:
    """Return the slugs of each category and of all above it."""
    slugs: defaultdict[UUID | None, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_ANCESTRY, [list(category_ids)])
        for category_id, slug in cursor.fetchall():
            slugs[category_id].add(slug)
    return {category_id: frozenset(found) for category_id, found in slugs.items()}


def subtree_of(slug: str) -> RawSQL:
    """Select the ids of a category and of all below it, as a subquery."""
    return RawSQL(_SUBTREE, [slug])  # noqa: S611 -- the slug is a parameter


def category_tree() -> list[dict[str, Any]]:
    """Every category, each followed by those below it, siblings by title. One statement."""
    rows = Category.objects.order_by("title", "id").values_list(
        "id", "parent_id", "slug", "title", images_of("category")
    )
    children: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        children.setdefault(row[1], []).append(row)
    found: list[dict[str, Any]] = []
    waiting = [(row, None, 0) for row in reversed(children.get(None, []))]
    while waiting:
        (pk, _, slug, title, shown), parent, depth = waiting.pop()
        place = {"parent": parent, "depth": depth, "media": image_bodies(shown)}
        found.append({"id": pk, "slug": slug, "title": title, **place})
        waiting += [(row, slug, depth + 1) for row in reversed(children.get(pk, []))]
    return found
