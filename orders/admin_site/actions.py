"""What staff can do to an order: for each action who may, when, and what it says it will do.

Each calls the service that the API calls, and asks for the same access; the buttons of the order
page are the rows of `ACTIONS` that are allowed. What would happen is told before it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.access import FULFILLMENT, STAFF, SUPPORT
from core.access import Access
from core.http.throttling import require_quota
from core.states import InvalidTransition
from orders import services
from orders.admin_site.editing import EditForm, is_editable, review_of_edit
from orders.admin_site.forms import (
    ActionForm,
    CancelForm,
    CaptureForm,
    FulfillForm,
    HoldForm,
    NoteForm,
    RefundForm,
    ResendForm,
)
from orders.admin_site.return_forms import ReturnForm
from orders.admin_site.sheet import OrderSheet
from orders.domain import (
    SHIPMENT_TRANSITIONS,
    FulfillmentStatus,
    OrderStatus,
    ShipmentStatus,
    require_cancelable,
)
from orders.mails import resent_by
from orders.models import Fulfillment, Order

Allowed = Callable[[OrderSheet], bool]


@dataclass(frozen=True, slots=True)
class OrderAction:
    """One row of the table: `told` says what happens, and `review` what a valid form comes to."""

    label: Callable[[OrderSheet], str]
    access: Access
    allowed: Allowed
    run: Callable[..., object]
    told: Callable[[OrderSheet], str]
    done: str
    form: type[ActionForm] = ActionForm
    review: Callable[[Any], str] | None = None
    danger: bool = False

    def is_open_to(self, sheet: OrderSheet) -> bool:
        """Tell whether this member of staff may do it, and the order allows it now."""
        return self.is_permitted(sheet) and self.allowed(sheet)

    def is_permitted(self, sheet: OrderSheet) -> bool:
        """Tell whether this member of staff may do it to orders of others."""
        roles, access = sheet.caller.roles, self.access
        return access.covers_others(roles) if access.own else access.admits(roles)


def _cancelable(sheet: OrderSheet) -> bool:
    order = sheet.order
    try:
        require_cancelable(
            OrderStatus(order.status), FulfillmentStatus(order.fulfillment_status), by_staff=True
        )
    except InvalidTransition:
        return False
    return True


def _told_of_cancel(sheet: OrderSheet) -> str:
    """Say what canceling would do, found out by doing it and rolling it back."""
    back = services.preview_cancellation(
        caller=sheet.caller, number=sheet.order.number, now=timezone.now()
    )
    provider = sheet.payment.provider if sheet.payment else ""
    said = [f"puts {units_in_words(back.units)} back into stock"]
    if back.refunded and sheet.is_recorded:
        said.append(f"records that {sheet.money(back.refunded)} was paid back by you")
    elif back.refunded:
        said.append(f"refunds {sheet.money(back.refunded)} by {provider}")
    if back.voided:
        said.append(f"releases {sheet.money(back.voided)} that was not taken")
    if not back.refunded and not back.voided:
        said.append("moves no money")
    return f"This {', '.join(said[:-1])} and {said[-1]}. It cannot be undone."


def _review_of_refund(form: RefundForm) -> str:
    """Say what the refund is worth, found out by recording it and rolling it back."""
    sheet, values = form.sheet, form.values()
    asked = {name: values[name] for name in ("amount", "items", "restock_items")}
    worth = services.preview_refund(
        caller=sheet.caller, number=sheet.order.number, **asked, now=timezone.now()
    )
    provider = sheet.payment.provider if sheet.payment else ""
    if sheet.is_recorded:
        said = f"This records that you paid {worth} back; no provider moves the money."
    else:
        said = f"This refunds {worth} by {provider}. It cannot be undone."
    units = sum(values["items"].values())
    if values["restock_items"]:
        said += f" It puts {units_in_words(units)} back into stock."
    elif units:
        said += f" It refunds {units_in_words(units)} and puts none of them back into stock."
    return said


def _told_of_capture(sheet: OrderSheet) -> str:
    due = sheet.money(sheet.capturable)
    if sheet.is_recorded:
        return f"{due} is due. This records what has come in; no provider is asked for it."
    provider = sheet.payment.provider if sheet.payment else ""
    return f"{due} is authorized. This takes the amount by {provider}, once; the rest is released."


def _told_of_fulfill(sheet: OrderSheet) -> str:
    return f"{units_in_words(sheet.left)} left to send. Enter how many are sent together now."


def units_in_words(count: int) -> str:
    """Return `1 unit` or `2 units`."""
    return f"{count} unit" if count == 1 else f"{count} units"


def _resend(*, number: str, **values: Any) -> Order:
    require_quota("mail", resent_by(number))
    return services.resend_email(number=number, **values)


def said(text: str) -> Callable[[OrderSheet], str]:
    """Return what says the same of every order."""

    def words(sheet: OrderSheet) -> str:
        return text

    return words


def _when(condition: bool) -> Allowed:
    def allowed(sheet: OrderSheet) -> bool:
        return condition

    return allowed


# In the order of the buttons.
ACTIONS: Mapping[str, OrderAction] = {
    "fulfill": OrderAction(
        label=said("Fulfill"),
        access=FULFILLMENT,
        allowed=lambda sheet: not sheet.is_held and sheet.left > 0,
        run=services.fulfill_order,
        told=_told_of_fulfill,
        done="The fulfillment was recorded.",
        form=FulfillForm,
    ),
    "capture": OrderAction(
        label=lambda sheet: "Record a payment" if sheet.is_recorded else "Capture the payment",
        access=SUPPORT,
        allowed=lambda sheet: sheet.capturable > 0,
        run=services.capture_payment,
        told=_told_of_capture,
        done="The payment was recorded.",
        form=CaptureForm,
    ),
    "refund": OrderAction(
        label=said("Refund"),
        access=SUPPORT,
        allowed=lambda sheet: sheet.refundable > 0,
        run=services.refund_order,
        told=lambda sheet: (
            f"{sheet.money(sheet.refundable)} can be refunded. Choose units, enter "
            "an amount, or both. The next page shows what it comes to."
        ),
        done="The refund was requested.",
        form=RefundForm,
        review=_review_of_refund,
        danger=True,
    ),
    "edit": OrderAction(
        label=said("Edit the order"),
        access=SUPPORT,
        allowed=is_editable,
        run=services.edit_order,
        told=said(
            "Enter how many units of each item the order is to have; 0 takes it off. What was "
            "ordered keeps its price, other items cost what they cost now."
        ),
        done="The order was edited.",
        form=EditForm,
        review=review_of_edit,
    ),
    "return": OrderAction(
        label=said("Request a return"),
        access=services.REQUEST_RETURN_ACCESS,
        allowed=lambda sheet: sheet.returnable > 0,
        run=services.request_return,
        told=lambda sheet: (
            f"{units_in_words(sheet.returnable)} can come back. This asks for a return "
            "in the buyer's stead; no money moves before the units have arrived."
        ),
        done="The return was requested.",
        form=ReturnForm,
    ),
    "hold": OrderAction(
        label=said("Hold"),
        access=STAFF,
        allowed=lambda sheet: sheet.is_open and not sheet.is_held,
        run=services.hold_order,
        told=said("Nothing of this order is sent until it is released."),
        done="The order is on hold.",
        form=HoldForm,
    ),
    "release": OrderAction(
        label=said("Release from hold"),
        access=STAFF,
        allowed=lambda sheet: sheet.is_held,
        run=services.release_order,
        told=said("The order can be sent again."),
        done="The order was released.",
    ),
    "note": OrderAction(
        label=said("Write a note"),
        access=STAFF,
        allowed=_when(True),
        run=services.note_order,
        told=said("Buyers do not see notes."),
        done="The note was added to the timeline.",
        form=NoteForm,
    ),
    "resend": OrderAction(
        label=said("Resend an e-mail"),
        access=SUPPORT,
        allowed=lambda sheet: bool(sheet.order.email),
        run=_resend,
        told=lambda sheet: f"It is sent to {sheet.order.email}, as the order is now.",
        done="The e-mail is on its way.",
        form=ResendForm,
    ),
    "cancel": OrderAction(
        label=said("Cancel the order"),
        access=services.CANCEL_ORDER_ACCESS,
        allowed=_cancelable,
        run=services.cancel_order,
        told=_told_of_cancel,
        done="The order was canceled.",
        form=CancelForm,
        danger=True,
    ),
}


def fulfillment_actions(sent: Fulfillment) -> Mapping[str, OrderAction]:
    """Return what staff can do to one fulfillment, as rows of the same kind."""
    status = ShipmentStatus(sent.status)
    return {
        "deliver": OrderAction(
            label=said("Mark as delivered"),
            access=FULFILLMENT,
            allowed=_when(ShipmentStatus.DELIVERED in SHIPMENT_TRANSITIONS[status]),
            run=partial(services.deliver_fulfillment, fulfillment_id=sent.id),
            told=said("This records that the units arrived. It cannot be undone."),
            done="The fulfillment was marked as delivered.",
        ),
        "withdraw": OrderAction(
            label=said("Cancel the fulfillment"),
            access=FULFILLMENT,
            allowed=lambda sheet: (
                sheet.is_open and ShipmentStatus.CANCELED in SHIPMENT_TRANSITIONS[status]
            ),
            run=partial(services.cancel_fulfillment, fulfillment_id=sent.id),
            told=said("Its units were not sent after all: they are left to send again."),
            done="The fulfillment was canceled.",
            danger=True,
        ),
    }
