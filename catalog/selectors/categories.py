"""The category tree."""

from __future__ import annotations

from typing import Any

from django.db.models.expressions import RawSQL

from catalog.models import Category

_SUBTREE = """
WITH RECURSIVE subtree AS (
    SELECT id FROM catalog_category WHERE slug = %s
    UNION
    SELECT child.id FROM catalog_category child JOIN subtree ON child.parent_id = subtree.id
)
SELECT id FROM subtree
"""


def subtree_of(slug: str) -> RawSQL:
    """Select the ids of a category and of all below it, as a subquery."""
    return RawSQL(_SUBTREE, [slug])  # noqa: S611 -- the slug is a parameter


def category_tree() -> list[dict[str, Any]]:
    """Every category, each followed by those below it, siblings by title. One statement."""
    rows = Category.objects.order_by("title", "id").values_list("id", "parent_id", "slug", "title")
    children: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        children.setdefault(row[1], []).append(row)
    found: list[dict[str, Any]] = []
    waiting = [(row, None, 0) for row in reversed(children.get(None, []))]
    while waiting:
        (pk, _, slug, title), parent, depth = waiting.pop()
        found.append({"id": pk, "slug": slug, "title": title, "parent": parent, "depth": depth})
        waiting += [(row, slug, depth + 1) for row in reversed(children.get(pk, []))]
    return found
