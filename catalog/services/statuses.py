"""Publishing products, and taking them out of sight: the one place that sets their status."""

from __future__ import annotations

from datetime import datetime

from catalog.domain import PRODUCT_TRANSITIONS, ProductNotFound, ProductStatus
from catalog.models import Product
from catalog.services.variants import locked_product
from core.db.transactions import transaction_required, use_case
from core.states import InvalidTransition, require_transition
from events.domain import SYSTEM, Actor
from events.services import record_event

CHANGE_STATUS_ERRORS = (ProductNotFound, InvalidTransition)


@use_case
def change_product_status(
    *, slug: str, status: ProductStatus, by: Actor = SYSTEM, now: datetime
) -> Product:
    """Publish, unpublish (to a draft) or archive a product; it keeps its slug and SKUs.

    Carts say that what is not published cannot be bought; a checkout that is open holds what it
    holds, and goes on. Raises `CHANGE_STATUS_ERRORS`.
    """
    product = locked_product(slug)
    put_in_status(product, status, by=by, now=now)
    product.save(update_fields=["deleted_at", "is_draft", "updated_at"])
    return product


@use_case
def delete_product(
    *, slug: str, end_checkouts: bool = False, by: Actor = SYSTEM, now: datetime
) -> None:
    """Archive a product; one that is archived counts as not there.

    With `end_checkouts` no open checkout can be completed any more that holds a variant of it.
    That can be said later, too. Raises `ProductNotFound`.
    """
    product = locked_product(slug)
    is_archived = product.product_status is ProductStatus.ARCHIVED
    if is_archived and not end_checkouts:
        raise ProductNotFound
    if not is_archived:
        put_in_status(product, ProductStatus.ARCHIVED, by=by, now=now)
    if end_checkouts:
        product.checkouts_ended_at = now
    product.save(update_fields=["deleted_at", "is_draft", "updated_at", "checkouts_ended_at"])


@transaction_required
def put_in_status(product: Product, status: ProductStatus, *, by: Actor, now: datetime) -> None:
    """Take a locked product to another status, and record that; the caller saves it.

    Raises `InvalidTransition`.
    """
    before = product.product_status
    require_transition(PRODUCT_TRANSITIONS, before, status, noun="A product")
    set_status(product, status, now=now)
    product.updated_at = now
    record_event(
        type="product.updated",
        subject_id=product.id,
        data={"slug": product.slug, "status": status, "was": before},
        by=by,
        now=now,
    )


def set_status(product: Product, status: ProductStatus, *, now: datetime) -> None:
    """Set the status of a product in memory; of a new one without a step."""
    is_seen = status is ProductStatus.PUBLISHED
    product.deleted_at = None if is_seen else product.deleted_at or now
    product.is_draft = status is ProductStatus.DRAFT
