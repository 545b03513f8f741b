"""The timeline of an order in words: what each event means to people, with money as money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.money import format_money
from events.domain import ActorKind
from payments.domain import PaymentStatus


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An entry as one reader may see it; for buyers `note` and what tells of staff are empty."""

    id: UUID
    type: str
    message: str
    note: str
    actor: ActorKind
    actor_name: str
    request_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of an entry depend on besides the event: the currency, and titles by SKU."""

    currency: str
    titles: Mapping[str, str]

    def money(self, amount: object) -> str:
        """Return minor units as money; nothing for what an event of old does not tell."""
        return format_money(amount, self.currency) if isinstance(amount, int) else ""

    def units(self, items: Any) -> str:
        """Return `2 × Blue mug, 1 × Red mug`."""
        return ", ".join(
            f"{item['quantity']} × {self.titles.get(item['sku'], item.get('title', item['sku']))}"
            for item in items or ()
        )


Sentence = Callable[[Mapping[str, Any], Wording], str]


def _placed(data: Mapping[str, Any], words: Wording) -> str:
    return f"Order placed for {words.money(data.get('total'))}"


def _sent(data: Mapping[str, Any], words: Wording) -> str:
    carrier, number = data.get("carrier", ""), data.get("tracking_number", "")
    how = " ".join(filter(None, (carrier, number)))
    what = words.units(data.get("items")) or "units"
    return f"Sent {what}" + (f" with {how}" if how else "")


def _parcel(verb: str) -> Sentence:
    def sentence(data: Mapping[str, Any], words: Wording) -> str:
        number = data.get("tracking_number")
        return f"Fulfillment {number} {verb}" if number else f"Fulfillment {verb}"

    return sentence


def _coming_back(verb: str) -> Sentence:
    def sentence(data: Mapping[str, Any], words: Wording) -> str:
        what = words.units(data.get("items"))
        return f"Return of {what} {verb}" if what else f"Return {verb}"

    return sentence


def _paid(data: Mapping[str, Any], words: Wording) -> str:
    if data.get("captured") == 0:
        return "Nothing is due any more"
    return " ".join(filter(None, ("Paid", words.money(data.get("captured")))))


def _refunded(verb: str) -> Sentence:
    def sentence(data: Mapping[str, Any], words: Wording) -> str:
        return f"{verb}: {words.money(data.get('refunded'))} in all"

    return sentence


def _edited(data: Mapping[str, Any], words: Wording) -> str:
    changes = [
        f"{words.units(data[name])} {name}" for name in ("added", "removed") if data.get(name)
    ]
    before, total = words.money(data.get("total_before")), words.money(data.get("total"))
    return f"Order edited: {', '.join(changes)}. Its total is {total}, and was {before}"


def _resent(data: Mapping[str, Any], words: Wording) -> str:
    return f"E-mail “{str(data.get('mail', '')).replace('_', ' ')}” sent again"


def _said(text: str) -> Sentence:
    def sentence(data: Mapping[str, Any], words: Wording) -> str:
        return text

    return sentence


SENTENCES: Mapping[str, Sentence] = {
    "order.placed": _placed,
    "order.completed": _said("Order completed"),
    "order.canceled": _said("Order canceled"),
    "order.withdrawn": lambda data, words: (
        f"Withdrawal from {words.units(data.get('items')) or 'the purchase'}"
    ),
    "order.edited": _edited,
    "order.held": _said("Order put on hold"),
    "order.released": _said("Order released from hold"),
    "order.noted": _said("Note"),
    "order.email_resent": _resent,
    "order.capture_requested": lambda data, words: (
        f"Payment of {words.money(data.get('amount'))} requested or recorded"
    ),
    "order.refund_requested": lambda data, words: (
        f"Refund of {words.money(data.get('amount'))} requested"
    ),
    f"order.payment_{PaymentStatus.PENDING}": _said("Payment due again"),
    f"order.payment_{PaymentStatus.AUTHORIZED}": _said("Payment authorized"),
    f"order.payment_{PaymentStatus.PAID}": _paid,
    f"order.payment_{PaymentStatus.PARTIALLY_REFUNDED}": _refunded("Partially refunded"),
    f"order.payment_{PaymentStatus.REFUNDED}": _refunded("Refunded"),
    f"order.payment_{PaymentStatus.VOIDED}": _said("Payment voided"),
    f"order.payment_{PaymentStatus.FAILED}": _said("Payment failed"),
    "fulfillment.created": _sent,
    "fulfillment.delivered": _parcel("delivered"),
    "fulfillment.canceled": _parcel("canceled"),
    "return.requested": _coming_back("requested"),
    "return.approved": _coming_back("approved"),
    "return.rejected": _coming_back("rejected"),
    "return.received": _coming_back("received"),
}
# What only staff see: how they work, not what becomes of the order.
INTERNAL = frozenset({
    "order.noted", "order.held", "order.released", "order.capture_requested", "order.email_resent",
})  # fmt: skip
SHOWN_TO_BUYERS = frozenset(SENTENCES) - INTERNAL


def sentence_of(event: str, data: Mapping[str, Any], words: Wording) -> str:
    """Return what happened in words; an event that has none here is named in plain letters."""
    known = SENTENCES.get(event)
    if known is None:
        return event.replace(".", " ").replace("_", " ").capitalize()
    return known(data, words)


def typed_in(data: Mapping[str, Any]) -> str:
    """Return the note or the reason that someone gave, which is for staff alone."""
    return str(data.get("note") or data.get("reason") or "")
