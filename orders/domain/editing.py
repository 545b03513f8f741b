"""Editing what is left to send of an order: when it may be, and what changes by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.domain import Offer
from core.errors import Conflict, FieldError, Invalid
from core.items import MAX_LINES, MAX_QUANTITY, ItemRequest
from core.states import InvalidTransition
from orders.domain.rules import UNSENT, FulfillmentStatus, OrderStatus, require_not_held


class OrderNotEditable(Conflict):
    """What was bought has been refunded in part; cancel the order, or refund the rest."""

    code = "order_not_editable"


class EditChangesNothing(Conflict):
    """The order has these lines already."""

    code = "edit_changes_nothing"


class ItemsStay(Conflict):
    """More units stay: those that were sent, and one of what was packed or refunded before."""

    code = "items_stay"


class EditTotalChanged(Conflict):
    """The order would come to another total than the one expected."""

    code = "total_changed"


class ItemNotForSale(Invalid):
    """These SKUs are not for sale."""

    code = "unknown_sku"


class ItemWithoutPrice(Invalid):
    """These SKUs have no price in the order's currency."""

    code = "currency_mismatch"


class DeliveryMissing(Conflict):
    """This order is not delivered anywhere, so nothing that ships can be added to it."""

    code = "delivery_missing"


class OrderTooLarge(Conflict):
    """An order has at most 1,000 lines of at most 9,999 units, and amounts within bounds."""

    code = "order_too_large"


@dataclass(frozen=True, slots=True)
class UnitsMoved:
    """Units by variant that an edit takes from stock, and those that it puts back."""

    taken: Mapping[UUID, int]
    put_back: Mapping[UUID, int]


def require_editable(
    status: OrderStatus,
    fulfillment: FulfillmentStatus,
    *,
    held_at: datetime | None,
    refunded: bool,
) -> None:
    """Raise `InvalidTransition` unless the order is open and something of it is left to send.

    Raises `OrderOnHold`, and `OrderNotEditable` where a refund has given back a part of what was
    bought: its shares are of the prices as they are.
    """
    hindrance: OrderStatus | FulfillmentStatus | None = None
    if status is not OrderStatus.OPEN:
        hindrance = status
    elif fulfillment not in UNSENT:
        hindrance = fulfillment
    if hindrance is not None:
        members: dict[str, Any] = {"from": hindrance, "to": "edited", "allowed": []}
        raise InvalidTransition(
            "Only an open order of which something is left to send is edited.", **members
        )
    require_not_held(held_at)
    if refunded:
        raise OrderNotEditable


def require_units_stay(staying: Mapping[str, int], wanted: Mapping[str, int]) -> None:
    """Raise `ItemsStay` naming every SKU of which fewer units are wanted than stay."""
    short = [
        {"sku": sku, "staying": count}
        for sku, count in staying.items()
        if wanted.get(sku, 0) < count
    ]
    if short:
        raise ItemsStay(items=short)


def require_size(units: Mapping[UUID, int]) -> None:
    """Raise `OrderTooLarge` for more lines, or more units of one, than an order can have."""
    if len(units) > MAX_LINES or any(count > MAX_QUANTITY for count in units.values()):
        raise OrderTooLarge


def require_for_sale(
    requested: Sequence[ItemRequest],
    offers: Mapping[str, Offer],
    ordered: Mapping[UUID, int],
    wanted: Mapping[UUID, int],
) -> None:
    """Raise unless what is wanted beyond what was `ordered`, both by variant, can be bought now.

    `offers` are by SKU. `ItemNotForSale` names every SKU that is not for sale, `ItemWithoutPrice`
    every one without a price in the order's currency; what was ordered has its price.
    """

    def is_for_sale(offer: Offer | None) -> bool:
        if offer is None:
            return False
        stays = wanted[offer.variant_id] <= ordered.get(offer.variant_id, 0)
        return stays or offer.is_for_sale

    def has_price(offer: Offer | None) -> bool:
        if offer is None or offer.variant_id in ordered:
            return offer is not None
        return offer.price_for(wanted[offer.variant_id]) is not None

    rules: list[tuple[type[Invalid], Callable[[Offer | None], bool]]] = [
        (ItemNotForSale, is_for_sale),
        (ItemWithoutPrice, has_price),
    ]
    for kind, accepts in rules:
        if refused := [item for item in requested if not accepts(offers.get(item.sku))]:
            skus = list(dict.fromkeys(item.sku for item in refused))
            reason = (kind.__doc__ or "").rstrip(".")
            errors = [
                FieldError(item.pointer, kind.code, f"{reason}: {item.sku}.") for item in refused
            ]
            raise kind(f"{reason}: {', '.join(skus[:20])}.", errors=errors, skus=skus)


def units_moved(before: Mapping[UUID, int], after: Mapping[UUID, int]) -> UnitsMoved:
    """Return what has to move so that `after`, by variant, is sold instead of `before`.

    Raises `EditChangesNothing`.
    """
    more = {key: after.get(key, 0) - before.get(key, 0) for key in {**before, **after}}
    moved = UnitsMoved(
        taken={key: count for key, count in more.items() if count > 0},
        put_back={key: -count for key, count in more.items() if count < 0},
    )
    if not moved.taken and not moved.put_back:
        raise EditChangesNothing
    return moved
