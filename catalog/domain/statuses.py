"""Whether buyers see a product."""

from __future__ import annotations

from datetime import datetime

from core.states import Status


class ProductStatus(Status):
    """Only what is published is seen and bought; staff see and change the others, too."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


# From -> the statuses that may follow. Every step can be undone.
PRODUCT_TRANSITIONS: dict[ProductStatus, frozenset[ProductStatus]] = {
    ProductStatus.DRAFT: frozenset({ProductStatus.PUBLISHED, ProductStatus.ARCHIVED}),
    ProductStatus.PUBLISHED: frozenset({ProductStatus.DRAFT, ProductStatus.ARCHIVED}),
    ProductStatus.ARCHIVED: frozenset({ProductStatus.DRAFT, ProductStatus.PUBLISHED}),
}


def status_of(*, hidden_since: datetime | None, is_draft: bool) -> ProductStatus:
    """Return the status of a product by when buyers lost sight of it, and whether it comes back."""
    if hidden_since is None:
        return ProductStatus.PUBLISHED
    return ProductStatus.DRAFT if is_draft else ProductStatus.ARCHIVED
