"""What staff can do to one return, as rows of the same kind as those of an order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.utils import timezone

from accounts.access import SUPPORT, SUPPORT_OR_FULFILLMENT
from orders import services
from orders.admin_site.actions import Allowed, OrderAction, said, units_in_words
from orders.admin_site.return_forms import ReceiveForm
from orders.admin_site.sheet import OrderSheet
from orders.domain import RETURN_TRANSITIONS, ReturnKind, ReturnStatus
from orders.models import Return


def return_actions(found: Return) -> Mapping[str, OrderAction]:
    """Return the steps that a return can take now, in the order of the buttons."""
    units = units_in_words(sum(item.quantity for item in found.items.all()))
    return {
        "approve": OrderAction(
            label=said("Approve"),
            access=SUPPORT,
            allowed=_may_become(found, ReturnStatus.APPROVED),
            run=partial(services.decide_return, approve=True, return_id=found.id),
            told=said("The buyer can send the units back. No money moves before they arrive."),
            done="The return was approved.",
        ),
        "reject": OrderAction(
            label=said("Reject"),
            access=SUPPORT,
            allowed=_may_become(found, ReturnStatus.REJECTED),
            run=partial(services.decide_return, approve=False, return_id=found.id),
            told=said(_told_of_reject(found)),
            done="The return was rejected.",
            danger=True,
        ),
        "receive": OrderAction(
            label=said("Receive"),
            access=SUPPORT_OR_FULFILLMENT,
            allowed=_may_become(found, ReturnStatus.RECEIVED),
            run=partial(services.receive_return, return_id=found.id),
            told=said(f"This records that {units} arrived. No money moves yet."),
            done="The return was received.",
            form=ReceiveForm,
        ),
        "refund": OrderAction(
            label=said("Refund"),
            access=SUPPORT,
            allowed=partial(_is_to_refund, found),
            run=partial(services.refund_return, return_id=found.id),
            told=partial(_told_of_refund, found),
            done="The refund was requested.",
            danger=True,
        ),
    }


def _may_become(found: Return, status: ReturnStatus) -> Allowed:
    def allowed(sheet: OrderSheet) -> bool:
        return status in RETURN_TRANSITIONS[ReturnStatus(found.status)]

    return allowed


def _is_to_refund(found: Return, sheet: OrderSheet) -> bool:
    if found.status != ReturnStatus.RECEIVED or not sheet.refundable:
        return False
    came_back = {item.line_id for item in found.items.all()}
    return any(
        row.units.returned > row.units.refunded_returned
        for row in sheet.rows
        if row.line.id in came_back
    )


def _told_of_reject(found: Return) -> str:
    if found.kind == ReturnKind.WITHDRAWAL:
        return "A withdrawal is the buyer's right. Reject it only if the units do not come back."
    return "The buyer keeps the units, and can ask for a return of them again."


def _told_of_refund(found: Return, sheet: OrderSheet) -> str:
    """Say what the refund is worth, found out by recording it and rolling it back."""
    worth = services.preview_refund_of_return(
        caller=sheet.caller, number=sheet.order.number, return_id=found.id, now=timezone.now()
    )
    if sheet.is_recorded:
        return f"This records that you paid {worth} back; no provider moves the money."
    provider = sheet.payment.provider if sheet.payment else ""
    return f"This refunds {worth} by {provider}. It cannot be undone."
