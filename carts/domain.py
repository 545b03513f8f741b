"""The rules of a cart on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from catalog.domain import Offer
from core.errors import Conflict, FieldError, Invalid, NotFound
from pricing.domain import Totals

MAX_LINES = 1_000
MAX_QUANTITY = 9_999


class CartStatus(StrEnum):
    """Where a cart stands; only an open one can be changed."""

    OPEN = "open"
    ORDERED = "ordered"
    MERGED = "merged"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.capitalize()


class CartNotFound(NotFound):
    """There is no such cart, or it is not yours."""


class ItemNotFound(NotFound):
    """There is no such item in this cart."""


class CartNotOpen(Conflict):
    """This cart can no longer be changed."""

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
class ItemRequest:
    """Some units of a SKU that somebody asks for; `pointer` is where the request says which."""

    sku: str
    quantity: int
    pointer: str = "/sku"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is stored; `seen_price` in minor units is what its buyer was shown."""

    id: UUID
    variant_id: UUID
    quantity: int
    seen_price: int


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A line beside what its variant is offered for now."""

    line: Line
    offer: Offer

    @property
    def unit_price(self) -> int:
        """Minor units: today's price, or the last one seen if it is no longer sold."""
        price = self.offer.unit_price
        return price if self.is_for_sale and price is not None else self.line.seen_price

    @property
    def is_for_sale(self) -> bool:
        """Whether it can be bought at all, in the cart's currency."""
        return self.offer.is_for_sale and self.offer.unit_price is not None

    @property
    def total(self) -> int:
        """Minor units."""
        return self.unit_price * self.line.quantity


@dataclass(frozen=True, slots=True)
class Message:
    """Something that the buyer should know about a line before paying."""

    code: str
    pointer: str
    detail: str


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
    totals: Totals

    @property
    def messages(self) -> list[Message]:
        """What has changed since the lines were added, line by line."""
        return [
            message
            for position, line in enumerate(self.lines)
            for message in _line_messages(line, f"/items/{position}")
        ]


def _line_messages(line: OfferedLine, pointer: str) -> Iterable[Message]:
    sku = line.offer.sku
    if not line.is_for_sale:
        yield Message("not_available", pointer, f"{sku} is no longer sold.")
        return
    if line.unit_price != line.line.seen_price:
        yield Message("price_changed", f"{pointer}/unit_price", f"The price of {sku} has changed.")
    if line.line.quantity > line.offer.available:
        detail = f"Only {line.offer.available} of {sku} can be bought now."
        yield Message("insufficient_stock", f"{pointer}/quantity", detail)


def item_requests_from(items: Iterable[Mapping[str, Any]]) -> list[ItemRequest]:
    """The `items` of a request body, whose shape has been checked."""
    return [
        ItemRequest(item["sku"], item["quantity"], f"/items/{number}/sku")
        for number, item in enumerate(items)
    ]


def summed(requested: Iterable[ItemRequest]) -> dict[str, int]:
    """Units per SKU; a repeated SKU counts as one item for the sum, in order of first mention."""
    quantities: dict[str, int] = {}
    for item in requested:
        quantities[item.sku] = quantities.get(item.sku, 0) + item.quantity
    return quantities


def require_for_sale(requested: Sequence[ItemRequest], offers: Iterable[Offer]) -> dict[str, Offer]:
    """The offer of each SKU that is wished for.

    Raises `UnknownSku` naming every SKU that is not sold, or `CurrencyMismatch`
    naming every one without a price in the currency of the offers.
    """
    by_sku = {offer.sku: offer for offer in offers if offer.is_for_sale}
    _refuse(UnknownSku, [item for item in requested if item.sku not in by_sku])
    _refuse(CurrencyMismatch, [item for item in requested if by_sku[item.sku].unit_price is None])
    return by_sku


def _refuse(kind: type[UnknownSku | CurrencyMismatch], requested: Sequence[ItemRequest]) -> None:
    if not requested:
        return
    default = (kind.__doc__ or "").rstrip(".")
    skus = list(dict.fromkeys(item.sku for item in requested))
    errors = [FieldError(item.pointer, kind.code, f"{default}: {item.sku}.") for item in requested]
    raise kind(f"{default}: {', '.join(skus[:20])}.", errors=errors, skus=skus)


def require_cart_limits(quantities: Iterable[int]) -> None:
    """Raises `CartFull` for too many lines or too many units in one."""
    quantities = list(quantities)
    if len(quantities) > MAX_LINES or any(quantity > MAX_QUANTITY for quantity in quantities):
        raise CartFull


def require_open(status: CartStatus, expires_at: datetime, now: datetime) -> None:
    """Raises `CartNotOpen` unless the cart can be changed at `now`."""
    if status is not CartStatus.OPEN or expires_at <= now:
        raise CartNotOpen
