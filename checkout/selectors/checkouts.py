"""Reads of checkouts: two statements, however many lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db.models import UUIDField

from catalog.selectors import sale_annotations
from checkout.delivery import UNKNOWN_REGION, Delivery
from checkout.domain import (
    LIVE,
    CheckoutStatus,
    current_status,
    missing_details,
)
from checkout.errors import CheckoutIncomplete, CheckoutNotFound, ItemsUnavailable
from checkout.models import Checkout, CheckoutLine
from checkout.withdrawal import ended_lines, withdrawals
from core.address import region_doubt
from core.buyer import buyer_known_by
from core.caller import Caller
from core.db.statements import Parameter, Statement
from core.messages import Message
from orders.domain import OrderDetails, PlacedOrder

_LINE_COLUMNS = [field.attname for field in CheckoutLine._meta.concrete_fields]  # noqa: SLF001 - documented API


@dataclass(frozen=True, slots=True)
class CheckoutView:
    """A checkout as its owner sees it."""

    checkout: Checkout
    status: CheckoutStatus
    lines: Sequence[CheckoutLine]
    order: PlacedOrder | None
    token: str | None = None

    @property
    def messages(self) -> list[Message]:
        """Return what is still missing, what to look at again, and what has been withdrawn."""
        missing = messages_of(self.checkout)
        if self.status not in LIVE:
            return missing
        withdrawn = withdrawals(self.lines, begun_at=self.checkout.created_at)
        return [*missing, *_doubts_about(self.checkout), *withdrawn]


def checkout_for(*, caller: Caller, checkout_id: UUID, now: datetime) -> CheckoutView:
    """Return the caller's checkout. Raises `CheckoutNotFound`."""
    checkout = (
        Checkout.objects.for_caller(caller)
        .filter(pk=checkout_id)
        .select_related("order")
        .defer("order__search_vector")
        .first()
    )
    if checkout is None or checkout.status == CheckoutStatus.DRAFT:
        raise CheckoutNotFound
    return view_of(checkout, now=now)


def view_of(checkout: Checkout, *, now: datetime) -> CheckoutView:
    """Return a checkout that was read with its order."""
    order = getattr(checkout, "order", None)
    return CheckoutView(
        checkout=checkout,
        status=status_at(checkout, now),
        lines=lines_of(checkout),
        order=PlacedOrder(order.id, order.number) if order else None,
    )


def lines_of(checkout: Checkout) -> list[CheckoutLine]:
    """Return the lines in the order of the cart, and whether they have been withdrawn."""
    lines = []
    for *values, is_withdrawn, withdrawn_from in lines_statement().rows(checkout_id=checkout.id):
        line = CheckoutLine.from_db(None, _LINE_COLUMNS, values)
        line.is_withdrawn, line.withdrawn_from = is_withdrawn, withdrawn_from
        lines.append(line)
    return lines


@cache
def lines_statement() -> Statement:
    """Return the statement of `lines_of`: every completion executes it."""
    lines = CheckoutLine.objects.filter(checkout=Parameter("checkout_id", UUIDField(), "uuid"))
    withdrawal = sale_annotations("variant")
    return Statement(
        lines.order_by("position")
        .annotate(**withdrawal)
        .values_list(*_LINE_COLUMNS, *withdrawal.keys())
    )


def buyable_lines_of(checkout: Checkout) -> list[CheckoutLine]:
    """Return the lines, all of which can be bought still. Raises `ItemsUnavailable`."""
    lines = lines_of(checkout)
    if ended := ended_lines(lines, begun_at=checkout.created_at):
        raise ItemsUnavailable(skus=[line.sku for line in ended])
    return lines


def messages_of(checkout: Checkout) -> list[Message]:
    """Return a message for each detail that the checkout still lacks."""
    address = checkout.shipping_address or {}
    buyer = buyer_of(checkout)
    return missing_details(
        {
            "email": checkout.email,
            "buyer/first_name": buyer["first_name"] or buyer["last_name"] or address.get("company"),
            "buyer/phone": buyer["phone"],
            "shipping_address": address,
            "shipping_method": checkout.shipping_method,
        },
        needed=settings.CHECKOUT_REQUIRES,
        delivery=Delivery(
            required=checkout.requires_shipping,
            offered=bool(checkout.shipping_offers),
            pickup=checkout.chosen_shipping.get("pickup", False),
            unavailable=checkout.unavailable_shipping_title,
        ),
    )


def _doubts_about(checkout: Checkout) -> Iterator[Message]:
    """Yield a message for each address whose region its country is not known to have."""
    for name in ("shipping_address", "billing_address"):
        address = getattr(checkout, name)
        if address and (doubt := region_doubt(address["country_code"], address["region"])):
            yield Message(UNKNOWN_REGION, f"/{name}/region", doubt)


def buyer_of(checkout: Checkout) -> dict[str, str]:
    """Return name and phone number, those of the shipping address where none were given."""
    return buyer_known_by(checkout.buyer, checkout.shipping_address)


def details_of(checkout: Checkout) -> OrderDetails:
    """Return who buys and where it goes, as its order keeps it."""
    return OrderDetails(
        email=checkout.email,
        language=checkout.language,
        buyer=buyer_of(checkout),
        consents=checkout.consents,
        shipping_address=checkout.shipping_address or {},
        billing_address=checkout.billing_address or checkout.shipping_address or {},
        shipping_method=checkout.shipping_method,
        shipping_title=checkout.shipping_title,
        shipping_offer=checkout.chosen_shipping,
    )


def incompleteness_of(checkout: Checkout) -> CheckoutIncomplete | None:
    """Return the refusal that says what a checkout lacks, if anything."""
    missing = messages_of(checkout)
    if not missing:
        return None
    return CheckoutIncomplete(messages=[asdict(message) for message in missing])


def status_at(checkout: Checkout, now: datetime) -> CheckoutStatus:
    """Return the status; one whose reservation has run out has expired."""
    return current_status(CheckoutStatus(checkout.status), checkout.reservation_expires_at, now)
