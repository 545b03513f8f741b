"""A desk with orders in plain Python: what may be done with them, and where units and money go.

It knows nothing of the code under test: a step changes the model, or raises `Refused` with the
code that the client should be told. To add an operation, add a method here and a rule to
`test_order_machine.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.property.payment_model import Payment

SHIPPING = "shipping"
STAFF, PACKER, BUYER, STRANGER = "staff", "packer", "buyer", "stranger"
ASSUMED_DELIVERED = timedelta(days=14)
WITHDRAWAL_PERIOD = timedelta(days=14)


class Refused(Exception):
    """The services should refuse this step with such a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Line:
    """The units of a line, its price, and the `rest` that refunds have left of that.

    `stocked` are back in stock, `stocked_by_return` those of them that a return brought.
    """

    ordered: int
    price: int
    rest: int = 0
    sent: int = 0
    claimed: int = 0
    returned: int = 0
    refunded: int = 0
    refunded_returned: int = 0
    stocked: int = 0
    stocked_by_return: int = 0

    def __post_init__(self) -> None:
        self.rest = self.price

    @property
    def unsent(self) -> int:
        return self.ordered - self.sent

    @property
    def refunded_without_return(self) -> int:
        return self.refunded - self.refunded_returned

    @property
    def left(self) -> int:
        """Still to be sent: units that are refunded without having come back need not be."""
        return max(0, self.unsent - self.refunded_without_return)

    @property
    def returnable(self) -> int:
        """With the buyer, paid for, and not on their way back."""
        kept_and_refunded = max(0, self.refunded_without_return - self.unsent)
        return max(0, self.sent - self.claimed - kept_and_refunded)

    def worth(self, units: int) -> int:
        return self.rest * units // (self.ordered - self.refunded)


@dataclass
class Shipment:
    """Units that were sent together."""

    units: dict[str, int]
    sent_at: datetime
    status: str = "shipped"
    delivered_at: datetime | None = None

    @property
    def arrives_at(self) -> datetime:
        return self.delivered_at or self.sent_at + ASSUMED_DELIVERED


@dataclass
class Coming:
    """Units that a buyer wants to give back."""

    units: dict[str, int]
    status: str = "requested"
    withdrawn: bool = False


@dataclass
class Order:
    """What was bought, by SKU, and what became of it."""

    lines: dict[str, Line]
    paid_for_shipping: int
    payment: Payment
    status: str = "open"
    held: bool = False
    shipments: list[Shipment] = field(default_factory=list)
    returns: list[Coming] = field(default_factory=list)
    given_back: int = 0
    shipping: int = 0
    invoiced: bool = False

    def __post_init__(self) -> None:
        self.shipping = self.paid_for_shipping

    @property
    def total(self) -> int:
        return self.payment.amount

    @property
    def refundable(self) -> int:
        return self.payment.captured - self.payment.refunded

    @property
    def owed(self) -> int:
        offline = self.payment.capture == "offline"
        kept = self.payment.captured - (self.payment.refunded if offline else 0)
        return max(0, self.total - kept - self.given_back)

    @property
    def fulfillment(self) -> str:
        sent = sum(line.sent for line in self.lines.values())
        if not sent:
            return "unfulfilled"
        if any(line.left for line in self.lines.values()):
            return "partially_fulfilled"
        came_back = sum(line.returned for line in self.lines.values())
        return "returned" if came_back == sent else "fulfilled"

    @property
    def credited(self) -> int:
        """What credit notes take from the invoice: nothing is left of that of a canceled order."""
        if not self.invoiced:
            return 0
        return self.total if self.status == "canceled" else self.given_back

    def invoice_if_due(self) -> None:
        """Once, when it is paid; at once where no provider is to pay it."""
        paid = self.payment.status in {"paid", "partially_refunded", "refunded"}
        if self.status != "canceled" and (paid or self.payment.capture == "offline"):
            self.invoiced = True

    def may_withdraw(self, now: datetime) -> bool:
        """Until the period after the last arrival is over, which ends on no weekend."""
        arrivals = [each.arrives_at for each in self.shipments if each.status != "canceled"]
        if not arrivals or any(line.left for line in self.lines.values()):
            return True
        last = max(arrivals).date() + WITHDRAWAL_PERIOD
        while last.isoweekday() > 5:
            last += timedelta(days=1)
        return now.date() <= last

    def require_known(self, units: Mapping[str, int]) -> None:
        if not units.keys() <= self.lines.keys():
            raise Refused("unknown_item")

    def complete_if_done(self, now: datetime) -> None:
        """Nothing is due, on its way in either direction, or left to send."""
        sent = [each for each in self.shipments if each.status != "canceled"]
        traveling = any(each.arrives_at > now for each in sent)
        coming = any(each.status in {"requested", "approved"} for each in self.returns)
        refunded = self.payment.status == "refunded"
        left = any(line.left for line in self.lines.values()) and not refunded
        paid = refunded or self.payment.status in {"paid", "partially_refunded"}
        idle = self.status == "open" and not self.held and not self.owed
        if idle and paid and not (traveling or coming or left):
            self.status = "completed"


class Desk:
    """All orders, and the stock that they were taken from."""

    def __init__(self, stock: Mapping[str, int]) -> None:
        self.stock = dict(stock)
        self.orders: list[Order] = []

    def place(self, prices: Mapping[str, int], units: Mapping[str, int], payment: Payment) -> None:
        lines = {sku: Line(count, prices[sku] * count) for sku, count in units.items()}
        shipping = payment.amount - sum(line.price for line in lines.values())
        for sku, count in units.items():
            self.stock[sku] -= count
        self.orders.append(Order(lines, shipping, payment))

    def seen(self, order: int, by: str) -> Order:
        if by == STRANGER:
            raise Refused("not_found")
        return self.orders[order]

    def of_buyer(self, order: int, by: str) -> Order:
        """What buyers do for themselves, and support for them."""
        found = self.seen(order, by)
        if by == PACKER:
            raise Refused("permission_denied")
        return found

    # ---- sending

    def hold(self, order: int, by: str) -> None:
        found = self.seen(order, by)
        if found.status != "open":
            raise Refused("invalid_transition")
        if found.held:
            raise Refused("order_on_hold")
        found.held = True

    def release(self, order: int, by: str) -> None:
        found = self.seen(order, by)
        if not found.held:
            raise Refused("order_not_on_hold")
        found.held = False

    def fulfill(self, order: int, by: str, units: Mapping[str, int], now: datetime) -> None:
        """Send `units`, or all that are left."""
        found = self.seen(order, by)
        if found.status != "open":
            raise Refused("invalid_transition")
        if found.held:
            raise Refused("order_on_hold")
        found.require_known(units)
        sent = dict(units) or {sku: line.left for sku, line in found.lines.items() if line.left}
        if not sent or any(count > found.lines[sku].left for sku, count in sent.items()):
            raise Refused("fulfillment_exceeds_ordered")
        for sku, count in sent.items():
            found.lines[sku].sent += count
        found.shipments.append(Shipment(sent, now))

    def deliver(self, order: int, by: str, shipment: Shipment | None, now: datetime) -> None:
        found = self.seen(order, by)
        delivered = self._shipped(found, shipment)
        delivered.status, delivered.delivered_at = "delivered", now
        found.complete_if_done(now)

    def cancel_fulfillment(self, order: int, by: str, shipment: Shipment | None) -> None:
        found = self.seen(order, by)
        if found.status != "open":
            raise Refused("invalid_transition")
        taken_back = self._shipped(found, shipment)
        lines = found.lines
        if any(lines[sku].sent - n < lines[sku].claimed for sku, n in taken_back.units.items()):
            raise Refused("invalid_transition")  # What comes back has been sent.
        taken_back.status = "canceled"
        for sku, count in taken_back.units.items():
            lines[sku].sent -= count

    @staticmethod
    def _shipped(order: Order, shipment: Shipment | None) -> Shipment:
        if shipment is None or not any(each is shipment for each in order.shipments):
            raise Refused("not_found")
        if shipment.status != "shipped":
            raise Refused("invalid_transition")
        return shipment

    # ---- money

    def capture(
        self, order: int, by: str, amount: int | None, currency: str, now: datetime
    ) -> None:
        found = self.seen(order, by)
        if found.status == "canceled":
            raise Refused("nothing_to_capture")
        if amount is not None and currency != "GBP":
            raise Refused("currency_mismatch")
        if not found.payment.capturable:
            raise Refused("nothing_to_capture")
        if amount == 0:
            raise Refused("invalid_amount")
        if amount is not None and amount > found.payment.due:
            raise Refused("capture_exceeds_due")
        found.payment.take(found.payment.due if amount is None else amount)
        found.complete_if_done(now)

    def refund(
        self,
        order: int,
        by: str,
        amount: int | None,
        currency: str,
        units: Mapping[str, int],
        *,
        restock: bool,
        now: datetime,
    ) -> None:
        found = self.seen(order, by)
        if amount is not None and currency != "GBP":
            raise Refused("currency_mismatch")
        self._give_back(found, amount, units, restock=restock)
        found.complete_if_done(now)

    def _give_back(
        self,
        order: Order,
        amount: int | None,
        units: Mapping[str, int],
        *,
        restock: bool = False,
        unsent: bool = False,
        shipping: bool = False,
    ) -> None:
        worth = self._worth(order, units) | ({SHIPPING: order.shipping} if shipping else {})
        if amount == 0:
            raise Refused("invalid_amount")
        if amount is None:
            amount = sum(worth.values()) if units else order.refundable
        if not 0 < amount <= order.refundable:
            raise Refused("refund_exceeds_paid")
        self._take_off(order, worth, amount)
        for sku, count in units.items():
            self._refund_units(order.lines[sku], sku, count, restock=restock, unsent=unsent)
        order.payment.refunded += amount

    @staticmethod
    def _worth(order: Order, units: Mapping[str, int]) -> dict[str, int]:
        for sku, count in units.items():
            if sku not in order.lines:
                raise Refused("unknown_item")
            if order.lines[sku].refunded + count > order.lines[sku].ordered:
                raise Refused("refund_exceeds_ordered")
        return {sku: order.lines[sku].worth(count) for sku, count in units.items()}

    @staticmethod
    def _take_off(order: Order, worth: Mapping[str, int], amount: int) -> None:
        """What goes back is that of the units first, then a part of all the rest.

        While more is due than has come in, nothing of the rest is given back with it.
        """
        of_units = sum(worth.values())
        if order.owed:
            amount = min(amount, of_units)
        parts = dict(zip(worth, shared(min(amount, of_units), list(worth.values())), strict=True))
        rests = {sku: line.rest for sku, line in order.lines.items()} | {SHIPPING: order.shipping}
        rests = {key: rest - parts.get(key, 0) for key, rest in rests.items()}
        beyond = min(max(0, amount - of_units), sum(rests.values()))
        for key, part in zip(rests, shared(beyond, list(rests.values())), strict=True):
            rests[key] -= part
        order.shipping = rests.pop(SHIPPING)
        for sku, rest in rests.items():
            order.lines[sku].rest = rest
        order.given_back += min(amount, of_units) + beyond

    def _refund_units(
        self, line: Line, sku: str, units: int, *, restock: bool, unsent: bool
    ) -> None:
        came_back = 0 if unsent else min(units, line.returned - line.refunded_returned)
        if restock:
            # A return has put back some of those that came back; refunds count these first.
            there = min(came_back, max(0, line.stocked_by_return - line.refunded_returned))
            if line.stocked - there + units > line.ordered:
                raise Refused("restock_exceeds_ordered")
            self._stock(line, sku, units - there)
        line.refunded += units
        line.refunded_returned += came_back

    def _stock(self, line: Line, sku: str, units: int) -> None:
        line.stocked += units
        self.stock[sku] += units

    def cancel(self, order: int, by: str) -> None:
        """What was not sent goes back into stock, all money to the buyer."""
        found = self.of_buyer(order, by)
        cancelable = {"unfulfilled"} | ({"partially_fulfilled"} if by == STAFF else set())
        if found.status != "open" or found.fulfillment not in cancelable:
            raise Refused("invalid_transition")
        self._cancel(found)

    def _cancel(self, order: Order) -> None:
        for sku, line in order.lines.items():
            self._stock(line, sku, max(0, line.unsent - line.stocked + line.stocked_by_return))
        if order.refundable:
            self._take_off(order, {}, order.refundable)
        order.payment.letting_go = True
        order.payment.give_back()
        order.status = "canceled"

    def withdraw(self, order: int, by: str, wanted: Mapping[str, int], now: datetime) -> int:
        """Units that were not sent are not sent any more; others come back without approval.

        Returns what the buyer is promised for them.
        """
        found = self.of_buyer(order, by)
        if found.status == "canceled":
            raise Refused("invalid_transition")
        if not found.may_withdraw(now):
            raise Refused("withdrawal_period_over")
        found.require_known(wanted)
        lines = found.lines
        there = {sku: line.left + line.returnable for sku, line in lines.items()}
        units = dict(wanted) or {sku: count for sku, count in there.items() if count}
        if not units or any(count > there[sku] for sku, count in units.items()):
            raise Refused("withdrawal_exceeds_ordered")
        everything = all(units.get(sku, 0) == count for sku, count in there.items())
        worth = sum(lines[sku].worth(count) for sku, count in units.items())
        promised = min(worth + (found.shipping if everything else 0), found.refundable)
        unsent = {sku: min(count, lines[sku].left) for sku, count in units.items()}
        sent = {sku: count - unsent[sku] for sku, count in units.items() if count > unsent[sku]}
        if not everything or sent:
            self._take_back(found, {sku: count for sku, count in unsent.items() if count}, sent)
        elif found.status == "open":
            self._cancel(found)
        else:
            raise Refused("invalid_transition")
        found.complete_if_done(now)
        return promised

    def _take_back(self, order: Order, unsent: dict[str, int], sent: dict[str, int]) -> None:
        """Of an order that has not been paid for, staff have to take the units."""
        try:
            if unsent:
                self._give_back(order, None, unsent, restock=True, unsent=True)
        except Refused as refused:
            if refused.code != "refund_exceeds_paid":
                raise
            order.held |= order.status == "open"
        if sent:
            for sku, count in sent.items():
                order.lines[sku].claimed += count
            order.returns.append(Coming(sent, "approved", withdrawn=True))

    # ---- coming back

    def request_return(self, order: int, by: str, units: Mapping[str, int]) -> None:
        found = self.of_buyer(order, by)
        found.require_known(units)
        if any(count > found.lines[sku].returnable for sku, count in units.items()):
            raise Refused("return_exceeds_fulfilled")
        for sku, count in units.items():
            found.lines[sku].claimed += count
        found.returns.append(Coming(dict(units)))

    def decide(
        self, order: int, by: str, coming: Coming | None, *, approve: bool, now: datetime
    ) -> None:
        found = self.seen(order, by)
        decided = self._returning(found, coming)
        if decided.status not in ({"requested"} if approve else {"requested", "approved"}):
            raise Refused("invalid_transition")
        decided.status = "approved" if approve else "rejected"
        if not approve:
            for sku, count in decided.units.items():
                found.lines[sku].claimed -= count
        found.complete_if_done(now)

    def receive(
        self, order: int, by: str, coming: Coming | None, *, restock: bool, now: datetime
    ) -> None:
        found = self.seen(order, by)
        received = self._returning(found, coming)
        if received.status != "approved":
            raise Refused("invalid_transition")
        received.status = "received"
        for sku, count in received.units.items():
            line = found.lines[sku]
            if restock:  # but for what a refund has put back, beyond what was never sent
                there = max(0, line.stocked - line.stocked_by_return - line.unsent)
                self._stock(line, sku, max(0, count - there))
                line.stocked_by_return += count
            line.returned += count
        found.complete_if_done(now)

    def refund_return(self, order: int, by: str, coming: Coming | None, now: datetime) -> None:
        found = self.seen(order, by)
        received = self._returning(found, coming)
        if received.status != "received":
            raise Refused("invalid_transition")
        units = {}
        for sku, count in received.units.items():
            line = found.lines[sku]
            came_back = line.returned - line.refunded_returned
            units[sku] = min(count, came_back, line.ordered - line.refunded)
        units = {sku: count for sku, count in units.items() if count}
        if not units:
            raise Refused("return_refunded")
        kept = any(line.left or line.returnable for line in found.lines.values())
        self._give_back(found, None, units, shipping=received.withdrawn and not kept)
        found.complete_if_done(now)

    @staticmethod
    def _returning(order: Order, coming: Coming | None) -> Coming:
        if coming is None or not any(each is coming for each in order.returns):
            raise Refused("not_found")
        return coming

    # ---- time

    def complete_orders(self, now: datetime) -> None:
        for order in self.orders:
            order.complete_if_done(now)


def shared(amount: int, weights: list[int]) -> list[int]:
    """Split by largest remainder; the earlier part first on a tie."""
    total = sum(weights)
    if not total:
        return [amount if not number else 0 for number, _ in enumerate(weights)]
    parts = [amount * weight // total for weight in weights]
    fractions = [amount * weight % total for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda number: -fractions[number])
    for number in by_fraction[: amount - sum(parts)]:
        parts[number] += 1
    return parts
