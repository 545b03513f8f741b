"""The category tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from uuid import UUID

from catalog.domain import CategoryCycle, CategoryNotFound, folded, slug_of
from catalog.models import Category
from core.db.transactions import transaction_required, use_case

MAX_LENGTH = 120


@use_case
def create_category(*, title: str, slug: str | None = None, parent: str | None = None) -> Category:
    """Create a category, below `parent` (a slug) or at the top.

    Raises `CategorySlugTaken` or `CategoryNotFound`.
    """
    above = Category.objects.filter(slug=parent).first() if parent else None
    if parent and above is None:
        raise CategoryNotFound
    return Category.objects.create(
        title=title, slug=slug or slug_of(title)[:MAX_LENGTH] or "category", parent=above
    )


@use_case
def move_category(*, slug: str, parent: str | None) -> Category:
    """Move a category, with all below it, below `parent` (a slug) or at the top.

    Raises `CategoryNotFound`, or `CategoryCycle` when `parent` is the category or below it.
    """
    tree = {row.id: row for row in Category.objects.select_for_update(no_key=True).order_by("id")}
    by_slug = {row.slug: row for row in tree.values()}
    if slug not in by_slug or (parent is not None and parent not in by_slug):
        raise CategoryNotFound
    category = by_slug[slug]
    category.parent = by_slug[parent] if parent is not None else None
    if is_below_itself(category, tree):
        raise CategoryCycle
    category.save(update_fields=["parent"])
    return category


@transaction_required
def ensure_categories(paths: Sequence[Sequence[str]]) -> dict[tuple[str, ...], Category]:
    """Return the category at each path of titles from the top, created where there is none."""
    found: dict[tuple[str, ...], Category] = {}
    for path in paths:
        parent: Category | None = None
        for depth in range(1, len(path) + 1):
            step = tuple(path[:depth])
            if step not in found:
                found[step] = _ensured(step, parent)
            parent = found[step]
    return found


def _ensured(path: tuple[str, ...], parent: Category | None) -> Category:
    """Find a category by its title below its parent, or by its slug there when it was renamed."""
    title = path[-1]
    titled = Category.objects.filter(parent=parent, title=title).order_by("id").first()
    if titled:
        return titled
    rows = (
        Category.objects.get_or_create(slug=slug, defaults={"title": title, "parent": parent})[0]
        for slug in _slugs(path)
    )
    return next(row for row in rows if _is_meant(row, title, parent))


def _slugs(path: tuple[str, ...]) -> Iterator[str]:
    """Yield the title's slug; then, when it belongs to another, the path's, and that numbered."""
    yield slug_of(path[-1])[:MAX_LENGTH] or "category"
    whole = slug_of(" ".join(path))[:MAX_LENGTH] or "category"
    yield whole
    for number in count(2):
        yield f"{whole[: MAX_LENGTH - 10]}-{number}"


def _is_meant(row: Category, title: str, parent: Category | None) -> bool:
    """Tell whether a category whose slug `title` could have is the one of this title."""
    if row.parent_id != (parent.id if parent else None):
        return False
    was_renamed = slug_of(row.title) not in (slug_of(title), row.slug)
    return was_renamed or folded(row.title) == folded(title)


def is_below_itself(category: Category, tree: dict[UUID, Category]) -> bool:
    """Tell whether the way up from `category`, in `tree` by id, comes back to it."""
    parent_id = category.parent_id
    while parent_id is not None:
        if parent_id == category.id:
            return True
        parent_id = tree[parent_id].parent_id
    return False
