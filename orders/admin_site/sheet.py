"""An order as staff work on it: what of it is left to do, and the sums that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.caller import Caller
from core.money import format_money
from events.selectors import timeline_version
from orders.domain import LineUnits, OrderStatus
from orders.models import Order, OrderLine
from orders.selectors import timeline_entry, timeline_of, units_of
from orders.timeline import TimelineEntry
from payments.domain import Capture, PaymentRecord, amount_capturable, amount_expected

TIMELINE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with the units that were ordered, sent and refunded."""

    line: OrderLine
    units: LineUnits
    unit_price: str
    total: str


class OrderSheet:
    """An order that `order_for` has read, for one member of staff; amounts in minor units.

    `version` is that of the timeline as it was shown: a form that was made from this sheet is
    refused once something else has happened.
    """

    def __init__(self, order: Order, caller: Caller) -> None:
        self.order = order
        self.caller = caller
        self.is_open = order.status == OrderStatus.OPEN
        self.is_held = self.is_open and order.held_at is not None

    @cached_property
    def version(self) -> int:
        """Return the version of the timeline. One query."""
        return timeline_version(subject_id=self.order.id)

    @cached_property
    def rows(self) -> list[LineRow]:
        """Return the lines with their units. Three queries."""
        units = units_of(self.order)
        return [
            LineRow(
                line,
                units[line.sku],
                self.money(line.unit_price),
                self.money(line.total),
            )
            for line in self.order.lines.all()
        ]

    @property
    def left(self) -> int:
        """Return how many units are left to send; none of an order that is not open."""
        return sum(row.units.left for row in self.rows) if self.is_open else 0

    @property
    def returnable(self) -> int:
        """Return how many units a return can still ask for."""
        return sum(row.units.returnable for row in self.rows)

    @property
    def payment(self) -> PaymentRecord | None:
        """Return the payment that staff act on: the oldest with money to capture, or the latest."""
        payments: Sequence[PaymentRecord] = sorted(
            self.order.payments.all(), key=lambda payment: payment.id
        )
        open_ = (payment for payment in payments if amount_capturable(payment))
        return next(open_, payments[-1] if payments else None)

    @property
    def is_recorded(self) -> bool:
        """Whether money is recorded by staff, rather than moved by a provider."""
        return self.payment is not None and self.payment.capture == Capture.OFFLINE

    @property
    def capturable(self) -> int:
        """Return what can be captured or recorded now."""
        canceled = self.order.status == OrderStatus.CANCELED
        return 0 if canceled or self.payment is None else amount_capturable(self.payment)

    @property
    def refundable(self) -> int:
        """Return what can be refunded now."""
        return self.order.refundable

    @property
    def totals(self) -> list[tuple[str, str]]:
        """Return the sums of the order by their names, as money."""
        order = self.order
        tax = "Tax (included)" if order.tax_included else "Tax"
        sums = [
            ("Subtotal", order.subtotal),
            ("Discount", -order.discount),
            (f"Shipping ({order.shipping_title})", order.shipping),
            (tax, order.tax),
            ("Total", order.total),
        ]
        return [(name, self.money(amount)) for name, amount in sums]

    @property
    def due_and_refundable(self) -> list[tuple[str, str]]:
        """Return what can still be captured and refunded, as money."""
        due = "Due" if self.is_recorded else "To capture"
        return [(due, self.money(self.capturable)), ("Refundable", self.money(self.refundable))]

    @cached_property
    def payments(self) -> list[dict[str, Any]]:
        """Return the payments in words and money."""
        return [
            {
                "payment": payment,
                "amount": self.money(amount_expected(payment)),
                "captured": self.money(payment.captured),
                "refunded": self.money(payment.refunded),
                "refunding": self.money(payment.refunding) if payment.refunding else "",
            }
            for payment in sorted(self.order.payments.all(), key=lambda payment: payment.id)
        ]

    @cached_property
    def fulfillments(self) -> list[dict[str, Any]]:
        """Return what was sent together, by the titles of the lines."""
        titles = {line.id: line.title for line in self.order.lines.all()}
        return [
            {
                "sent": sent,
                "items_sent": [(item.quantity, titles[item.line_id]) for item in sent.items.all()],
            }
            for sent in self.order.fulfillments.all()
        ]

    @cached_property
    def returns(self) -> list[dict[str, Any]]:
        """Return what comes back, by the titles of the lines."""
        return [
            {
                "found": found,
                "coming": [(item.quantity, item.line.title) for item in found.items.all()],
            }
            for found in self.order.returns.all()
        ]

    @cached_property
    def timeline(self) -> list[TimelineEntry]:
        """Return the newest events, the newest first. One query."""
        events = timeline_of(self.order, caller=self.caller).order_by("-id")[:TIMELINE_LENGTH]
        return [timeline_entry(event, self.order, caller=self.caller) for event in events]

    def money(self, amount: int) -> str:
        """Return minor units of the order's currency as money."""
        return format_money(amount, self.order.currency)
