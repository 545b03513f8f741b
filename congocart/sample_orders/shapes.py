"""What was bought, how it was paid for, and what became of it: plain values from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random
from uuid import UUID

from congocart.sample_orders.people import Person, new_person
from core.ids import ORDER_NUMBER_ALPHABET
from orders.domain import LineUnits, fulfillment_status_of

YEAR = timedelta(days=365)
SHIPPING = (("standard", "Standard", 395), ("express", "Express", 995))
CARRIERS = ("Royal Mail", "DHL", "UPS", "DPD")
BUYERS_PER_ORDER = 0.4  # most come back
# Of a hundred orders. What is not sent at once is sent within two days, or by and by in parts.
CANCELED, UNPAID_AND_CANCELED, GIVEN_BACK, PARTLY_GIVEN_BACK, BY_INVOICE = 3, 2, 1, 4, 12


class Money(Enum):
    """What became of the payment."""

    DUE = auto()
    PAID = auto()
    PARTLY_REFUNDED = auto()
    REFUNDED = auto()
    VOIDED = auto()


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant with its price in the currency of the orders."""

    variant_id: UUID
    sku: str
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """Units by position of the line, sent together."""

    sent_at: datetime
    delivered_at: datetime | None
    carrier: str
    tracking_number: str
    units: dict[int, int]


@dataclass(slots=True)
class SampleOrder:
    """One order; `refund` is the position of the line of which one unit was refunded."""

    index: int
    number: str
    placed_at: datetime
    buyer: Person
    customer: int | None
    lines: list[tuple[Offer, int]]
    shipping: tuple[str, str, int]
    by_invoice: bool = False
    canceled: bool = False
    money: Money = Money.PAID
    refund: int | None = None
    shipments: list[Shipment] = field(default_factory=list)

    @property
    def price_of_lines(self) -> int:
        """Minor units of all lines."""
        return sum(offer.price * units for offer, units in self.lines)

    @property
    def full_price(self) -> int:
        """Minor units; prices include the tax."""
        return self.price_of_lines + self.shipping[2]

    @property
    def given_back(self) -> int:
        """Minor units that went back."""
        if self.money is Money.REFUNDED:
            return self.full_price
        return self.lines[self.refund][0].price if self.refund is not None else 0

    @property
    def ended_at(self) -> datetime:
        """When it was canceled or refunded, if so: a minute after all else."""
        moments = [shipment.sent_at for shipment in self.shipments]
        return max([self.placed_at, *moments]) + timedelta(minutes=1)

    @property
    def fulfillment(self) -> str:
        """What follows from the units of its lines."""
        return fulfillment_status_of(
            LineUnits(units, self.units_sent(position), int(self.refund == position))
            for position, (_, units) in enumerate(self.lines)
        )

    def units_sent(self, position: int) -> int:
        """How many units of a line were sent."""
        return sum(shipment.units.get(position, 0) for shipment in self.shipments)


def shapes(
    random: Random, *, count: int, seed: int, offers: Sequence[Offer], now: datetime
) -> Iterator[SampleOrder]:
    """Yield orders of the year until `now`, oldest first; a third of the buyers have accounts.

    An order's `customer` is the number of its buyer, if that is one of them.
    """
    buyers = [
        new_person(random, number=number, seed=seed)
        for number in range(max(2, int(count * BUYERS_PER_ORDER)))
    ]
    times = sorted(moment_of_order(random, now) for _ in range(count))
    for index, placed_at in enumerate(times):
        who = int(len(buyers) * random.random() ** 1.5)
        # Some variants sell much better than others.
        picked = {
            int(len(offers) * random.random() ** 2): random.choice((1, 1, 1, 2, 3))
            for _ in range(random.choice((1, 1, 2, 2, 3, 5)))
        }
        order = SampleOrder(
            index=index,
            number="-".join("".join(random.choices(ORDER_NUMBER_ALPHABET, k=5)) for _ in range(2)),
            placed_at=placed_at,
            buyer=buyers[who],
            customer=who if who % 3 == 0 else None,
            lines=[(offers[position], units) for position, units in picked.items()],
            shipping=random.choices(SHIPPING, (80, 20))[0],
        )
        decide_fate(order, random, now)
        yield order


def moment_of_order(random: Random, now: datetime) -> datetime:
    """Return a moment of the last year, by day rather than by night, more often of late."""
    days = int(YEAR.days * random.random() ** 0.8)
    at = now - YEAR + timedelta(days=days, seconds=int(86_400 * random.triangular(0, 1, 0.75)))
    return min(at, now - timedelta(minutes=2))


def decide_fate(order: SampleOrder, random: Random, now: datetime) -> None:
    """Set what became of an order."""
    fate, age = random.uniform(0, 100), now - order.placed_at
    order.by_invoice = random.uniform(0, 100) < BY_INVOICE
    if fate < CANCELED:
        order.canceled, order.by_invoice, order.money = True, False, Money.REFUNDED
        return
    fate -= CANCELED
    if fate < UNPAID_AND_CANCELED:
        order.canceled, order.by_invoice, order.money = True, True, Money.VOIDED
        return
    if order.by_invoice and age < timedelta(days=random.randint(2, 30)):
        order.money = Money.DUE
        return
    order.shipments = shipments_of(order, random, now)
    fate -= UNPAID_AND_CANCELED
    if fate < GIVEN_BACK:
        order.money = Money.REFUNDED
    elif fate < GIVEN_BACK + PARTLY_GIVEN_BACK:
        order.money, order.refund = Money.PARTLY_REFUNDED, random.randrange(len(order.lines))


def shipments_of(order: SampleOrder, random: Random, now: datetime) -> list[Shipment]:
    """Return what has been sent by now: nothing, everything, or all lines but the last.

    The last line of some orders is out of stock for good.
    """
    sent_at = order.placed_at + timedelta(hours=random.uniform(1, 48))
    if sent_at > now:
        return []
    whole = {position: units for position, (_, units) in enumerate(order.lines)}
    if len(whole) == 1 or random.random() < 0.9:
        return [_shipment(random, whole, sent_at, now)]
    later = {len(whole) - 1: whole.pop(len(whole) - 1)}
    parts = [_shipment(random, whole, sent_at, now)]
    in_stock = random.random() < 0.95
    if in_stock and (rest_at := sent_at + timedelta(days=random.uniform(1, 6))) < now:
        parts.append(_shipment(random, later, rest_at, now))
    return parts


def _shipment(random: Random, units: dict[int, int], sent_at: datetime, now: datetime) -> Shipment:
    arrival = sent_at + timedelta(days=random.uniform(1, 5))
    return Shipment(
        sent_at,
        arrival if arrival < now else None,
        random.choice(CARRIERS),
        f"{random.randrange(10**13, 10**14)}",
        units,
    )
