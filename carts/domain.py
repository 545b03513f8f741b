"""The rules of a cart on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from catalog.domain import Offer
from core.errors import Conflict, FieldError, Invalid, NotFound
from core.ids import uuid7
from core.items import MAX_LINES, MAX_QUANTITY, ItemRequest, units_by_sku
from core.messages import Message
from pricing.domain import Quote, Terms, Totals


class CartStatus(StrEnum):
    """The status of a cart; only an open one can be changed."""

    OPEN = "open"
    ORDERED = "ordered"
    MERGED = "merged"
    EXPIRED = "expired"


class CartNotFound(NotFound):
    """There is no such cart, or it is not yours."""


class ItemNotFound(NotFound):
    """There is no such item in this cart."""


class CartNotOpen(Conflict):
    """The cart can no longer be changed."""

    code = "cart_not_open"


class UnknownSku(Invalid):
    """These SKUs are not for sale."""

    code = "unknown_sku"


class CurrencyMismatch(Invalid):
    """These SKUs have no price in the cart's currency."""

    code = "currency_mismatch"


class CartFull(Conflict):
    """A cart holds at most 1,000 lines of at most 9,999 units."""

    code = "cart_full"


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A line of a cart with today's offer of its variant.

    `seen_price` is in minor units: what the buyer was shown of `seen_quantity` units when the
    line was last written.
    """

    id: UUID
    offer: Offer
    quantity: int
    seen_price: int
    seen_quantity: int = 1

    @property
    def is_for_sale(self) -> bool:
        """Whether it can be bought at all, in the cart's currency."""
        return self.offer.is_for_sale and self.offer.price_for(self.quantity) is not None

    @property
    def unit_price(self) -> int:
        """Today's price in minor units, or the last one seen if it is no longer for sale."""
        price = self.offer.price_for(self.quantity)
        return price if self.is_for_sale and price is not None else self.seen_price

    @property
    def total(self) -> int:
        """The price of all its units, in minor units."""
        return self.unit_price * self.quantity

    @property
    def has_new_price(self) -> bool:
        """Whether as many units as its buyer was shown the price of cost something else now."""
        return self.seen_price != self.offer.price_for(self.seen_quantity)


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart as its owner sees it: lines with today's prices and stock, priced."""

    id: UUID
    status: CartStatus
    version: int
    currency: str
    expires_at: datetime
    customer_id: UUID | None
    token_hash: str | None
    lines: Sequence[OfferedLine]
    codes: Sequence[str]
    terms: Terms
    quote: Quote

    @property
    def totals(self) -> Totals:
        """What can be bought of it costs."""
        return self.quote.totals

    @property
    def messages(self) -> list[Message]:
        """What has changed since the lines were written, in their order."""
        messages = []
        for position, line in enumerate(self.lines):
            pointer, title = f"/items/{position}", line.offer.title
            if not line.is_for_sale:
                detail = f"{title} is no longer for sale."
                messages.append(Message("not_available", pointer, detail))
                continue
            if line.has_new_price:
                detail = f"The price of {title} has changed."
                messages.append(Message("price_changed", f"{pointer}/unit_price", detail))
            available = line.offer.available
            if line.quantity > available:
                detail = f"{title} is sold out."
                if available:
                    detail = f"Only {available} of {title} can be bought now."
                messages.append(Message("insufficient_stock", f"{pointer}/quantity", detail))
        return messages


@dataclass(frozen=True, slots=True)
class PickedCart:
    """What a checkout takes over of a cart: not its price, which depends on more by then."""

    id: UUID
    version: int
    currency: str
    customer_id: UUID | None
    token_hash: str | None
    lines: Sequence[OfferedLine]
    codes: Sequence[str]
    terms: Terms


def with_quantities(
    lines: Sequence[OfferedLine], quantities: Mapping[Offer, int]
) -> list[OfferedLine]:
    """Return `lines` with these units of what is offered: changed in place, or added at the end.

    A line that is written takes today's price as the one that its buyer has seen.
    """
    present = {line.offer for line in lines}
    added = [OfferedLine(uuid7(), offer, 0, 0) for offer in quantities if offer not in present]
    written = []
    for line in [*lines, *added]:
        quantity = quantities.get(line.offer)
        if quantity is None:
            written.append(line)
            continue
        price = line.offer.price_for(quantity)
        seen_price = line.seen_price if price is None else price
        written.append(
            replace(line, quantity=quantity, seen_price=seen_price, seen_quantity=quantity)
        )
    return written


def merged_lines(own: Sequence[OfferedLine], arriving: Sequence[OfferedLine]) -> list[OfferedLine]:
    """Join the lines of two carts; units of the same variant add up in the line of `own`.

    Merging shows the buyer no price, so the prices seen stay. Where the two carts differ, the
    one that is no longer today's is kept, so that the buyer is told of the change.
    """
    others = {line.offer.variant_id: line for line in arriving}
    merged = []
    for line in own:
        other = others.pop(line.offer.variant_id, None)
        if other is None:
            merged.append(line)
            continue
        outdated = line if line.has_new_price else other
        units = line.quantity + other.quantity
        merged.append(replace(outdated, id=line.id, quantity=units))
    return merged + [replace(line, id=uuid7()) for line in others.values()]


def require_for_sale(requested: Sequence[ItemRequest], offers: Iterable[Offer]) -> dict[str, Offer]:
    """Return the offer of each requested SKU.

    Raises `UnknownSku` naming every SKU that is not for sale, or `CurrencyMismatch`
    naming every one without a price in the currency of the offers.
    """
    by_sku = {offer.sku: offer for offer in offers if offer.is_for_sale}
    units = units_by_sku(requested)
    priced = {sku for sku in by_sku if by_sku[sku].price_for(units.get(sku, 1)) is not None}
    for kind, accepted in ((UnknownSku, by_sku.keys()), (CurrencyMismatch, priced)):
        refused = [item for item in requested if item.sku not in accepted]
        if refused:
            reason = (kind.__doc__ or "").rstrip(".")
            skus = list(dict.fromkeys(item.sku for item in refused))
            errors = [
                FieldError(item.pointer, kind.code, f"{reason}: {item.sku}.") for item in refused
            ]
            raise kind(f"{reason}: {', '.join(skus[:20])}.", errors=errors, skus=skus)
    return by_sku


def require_cart_limits(quantities: Iterable[int]) -> None:
    """Raise `CartFull` for too many lines or too many units in one."""
    quantities = list(quantities)
    if len(quantities) > MAX_LINES or any(quantity > MAX_QUANTITY for quantity in quantities):
        raise CartFull


def require_open(status: CartStatus, expires_at: datetime, now: datetime) -> None:
    """Raise `CartNotOpen` unless the cart can be changed at `now`."""
    if status is not CartStatus.OPEN or expires_at <= now:
        raise CartNotOpen
