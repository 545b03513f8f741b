"""The rows of a sample order, as services would have written them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from congocart.sample_orders.documents import Share, charges_of, shares_of
from congocart.sample_orders.people import Person
from congocart.sample_orders.shapes import Money, SampleOrder, Shipment

# Columns that a later migration adds have a default in the database, so they need not be here.
TABLES = {
    "accounts_user": "id password is_superuser email first_name last_name is_staff is_active "
    "created_at",
    "carts_cart": "id customer_id currency status version expires_at created_at updated_at",
    "checkout_checkout": "id cart_id cart_version customer_id status version email currency "
    "shipping_address billing_address shipping_method shipping_title subtotal discount shipping "
    "tax tax_included total shipping_taxes reservation_expires_at created_at updated_at",
    "checkout_checkoutline": "id checkout_id position variant_id sku title quantity unit_price "
    "discount tax total taxes",
    "orders_order": "id number checkout_id customer_id status fulfillment_status payment_status "
    "email currency shipping_address billing_address shipping_method shipping_title subtotal "
    "discount shipping tax tax_included total shipping_taxes placed_at canceled_at cancel_reason "
    "completed_at",
    "orders_orderline": "id order_id position variant_id sku title quantity unit_price discount "
    "tax total taxes fulfilled",
    "payments_payment": "id checkout_id order_id provider capture token status step amount "
    "currency authorized captured voided refunded refunding reference decline_code last_error "
    "looks created_at",
    "payments_operation": "id payment_id kind status amount reason reference last_error looks "
    "created_at finished_at",
    "payments_ledgerentry": "id payment_id kind amount reference operation_id created_at",
    "orders_refunditem": "id line_id operation_id quantity amount price tax taxes",
    "orders_fulfillment": "id order_id status carrier tracking_number created_at delivered_at",
    "orders_fulfillmentitem": "id fulfillment_id line_id quantity",
    "inventory_movement": "id stock_id delta kind reason order_id created_at",
    "events_event": "id type subject_id data created_at",
}
STATUS = {
    Money.DUE: "pending",
    Money.PAID: "paid",
    Money.PARTLY_REFUNDED: "partially_refunded",
    Money.REFUNDED: "refunded",
    Money.VOIDED: "voided",
}
Row = tuple[str, tuple[object, ...]]


class Ids(NamedTuple):
    """Those of an order, and of what its credit note is for: a refund, or its cancellation."""

    order: UUID
    credited: UUID


class RowMaker:
    """Makes the rows of one shop; its ids follow from the seed and the time of each row."""

    def __init__(self, random: Random, currency: str) -> None:
        self.random = random
        self.currency = currency
        self.ids: dict[int, Ids] = {}  # by the index of the order

    def id_at(self, moment: datetime) -> UUID:
        """Return a UUIDv7 (RFC 9562) of a moment."""
        milliseconds = int(moment.timestamp() * 1000)
        high, low = self.random.getrandbits(12), self.random.getrandbits(62)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)

    def account(self, user_id: UUID, person: Person, created_at: datetime) -> Row:
        """Return the account of a buyer, which nobody can log into."""
        names = (person.email, person.first_name, person.last_name)
        return "accounts_user", (user_id, "!", False, *names, False, True, created_at)

    def of(self, order: SampleOrder, customer_id: UUID | None) -> Iterator[Row]:
        """Yield the rows of an order, of what it came from and of what became of it."""
        at = order.placed_at
        cart, checkout, placed = self.id_at(at), self.id_at(at), self.id_at(at)
        lines = [self.id_at(at) for _ in order.lines]
        yield (
            "carts_cart",
            (cart, customer_id, self.currency, "ordered", 2, at + timedelta(days=30), at, at),
        )
        address = json.dumps(order.buyer.address)
        *charges, shipping = charges_of(order)
        tax = sum(each.charge.tax for each in (*charges, shipping))
        snapshot = (
            order.buyer.email, self.currency, address, address, order.shipping[0],
            order.shipping[1], order.price_of_lines, 0, order.shipping[2], tax, True,
            order.full_price, json.dumps(shipping.taxes),
        )  # fmt: skip
        until = at + timedelta(minutes=15)
        yield (
            "checkout_checkout",
            (checkout, cart, 1, customer_id, "completed", 2, *snapshot, until, at, at),
        )
        completed_at = self._completed_at(order)
        status = "canceled" if order.canceled else "completed" if completed_at else "open"
        yield (
            "orders_order",
            (
                placed, order.number, checkout, customer_id, status, order.fulfillment,
                STATUS[order.money], *snapshot, at,
                order.ended_at if order.canceled else None, "", completed_at,
            ),
        )  # fmt: skip
        for position, (charged, line) in enumerate(zip(charges, lines, strict=True)):
            yield from self.line_rows(order, position, charged, checkout, placed=placed, line=line)
        yield from self.payment_rows(order, checkout, placed, lines)
        for shipment in order.shipments:
            yield from self.fulfillment_rows(shipment, placed, lines)
        yield from self.event_rows(order, placed)

    def line_rows(
        self,
        order: SampleOrder,
        position: int,
        charged: Share,
        checkout: UUID,
        *,
        placed: UUID,
        line: UUID,
    ) -> Iterator[Row]:
        """Yield a line of the checkout and of the order, and how stock moved for it."""
        at, (offer, units) = order.placed_at, order.lines[position]
        columns = (
            position, offer.variant_id, offer.sku, offer.title, units, offer.price, 0,
            charged.charge.tax, charged.charge.amount, json.dumps(charged.taxes),
        )  # fmt: skip
        yield "checkout_checkoutline", (self.id_at(at), checkout, *columns)
        yield "orders_orderline", (line, placed, *columns, order.units_sent(position))
        yield self._movement(offer.variant_id, -units, "sale", placed, at)
        if order.canceled:
            end = order.ended_at
            yield self._movement(offer.variant_id, units, "cancellation", placed, end)

    def payment_rows(
        self, order: SampleOrder, checkout: UUID, placed: UUID, lines: list[UUID]
    ) -> Iterator[Row]:
        """Yield the payment of an order, its ledger, and what was asked of its provider."""
        at, payment = order.placed_at, self.id_at(order.placed_at)
        captured = 0 if order.money in (Money.DUE, Money.VOIDED) else order.full_price
        step = {Money.DUE: "pending", Money.VOIDED: "voided"}.get(order.money, "captured")
        reference = None if order.by_invoice else f"test_{payment.hex}"
        yield (
            "payments_payment",
            (
                payment, checkout, placed, "manual" if order.by_invoice else "test",
                "offline" if order.by_invoice else "automatic", "", STATUS[order.money], step,
                order.full_price, self.currency, captured, captured, 0, order.given_back, 0,
                reference, "", "", 1, at,
            ),
        )  # fmt: skip
        for kind in ("authorized", "captured") if captured else ():
            taken = (kind, captured, reference or payment.hex, None, at)
            yield "payments_ledgerentry", (self.id_at(at), payment, *taken)
        end, operation = order.ended_at, self.id_at(order.ended_at)
        self.ids[order.index] = Ids(placed, operation if order.given_back else placed)
        if order.money is Money.VOIDED or order.given_back:
            kind = "refund" if order.given_back else "void"
            told = (kind, "succeeded", order.given_back, "", operation.hex, "", 0, end, end)
            yield "payments_operation", (operation, payment, *told)
        if order.given_back:
            back = ("refunded", order.given_back, operation.hex, operation, end)
            yield "payments_ledgerentry", (self.id_at(end), payment, *back)
            for share in shares_of(order):
                given = share.charge
                line = None if share.position is None else lines[share.position]
                item = (line, operation, share.units, given.amount, given.price, given.tax)
                yield "orders_refunditem", (self.id_at(end), *item, json.dumps(share.taxes))

    def fulfillment_rows(
        self, shipment: Shipment, placed: UUID, lines: list[UUID]
    ) -> Iterator[Row]:
        """Yield a fulfillment and its units."""
        at, fulfillment = shipment.sent_at, self.id_at(shipment.sent_at)
        status = "delivered" if shipment.delivered_at else "shipped"
        how = (shipment.carrier, shipment.tracking_number, at, shipment.delivered_at)
        yield "orders_fulfillment", (fulfillment, placed, status, *how)
        for position, units in shipment.units.items():
            item = (self.id_at(at), fulfillment, lines[position], units)
            yield "orders_fulfillmentitem", item

    def event_rows(self, order: SampleOrder, placed: UUID) -> Iterator[Row]:
        """Yield the events of an order, those that audits ask for among them."""
        end = order.ended_at
        at_once = "pending" if order.by_invoice else "paid"
        told: list[tuple[datetime, str, dict[str, object]]] = [
            (
                order.placed_at,
                "order.placed",
                {
                    "number": order.number, "total": order.full_price, "currency": self.currency,
                    "payment_status": at_once,
                },
            )
        ]  # fmt: skip
        if order.by_invoice and order.money not in (Money.DUE, Money.VOIDED):
            told.append((order.placed_at, "order.payment_paid", {"captured": order.full_price}))
        for shipment in order.shipments:
            tracking = {"tracking_number": shipment.tracking_number, "carrier": shipment.carrier}
            moments = {"created": shipment.sent_at, "delivered": shipment.delivered_at}
            told += [
                (at, f"fulfillment.{what}", {**tracking}) for what, at in moments.items() if at
            ]
        if order.canceled:
            told.append((end, "order.canceled", {"number": order.number, "reason": ""}))
        elif order.given_back:
            told.append((end, "order.refund_requested", {"amount": order.given_back, "reason": ""}))
        if order.money in (Money.VOIDED, Money.REFUNDED, Money.PARTLY_REFUNDED):
            kind = f"order.payment_{STATUS[order.money]}"
            told.append((end, kind, {"refunded": order.given_back}))
        if completed_at := self._completed_at(order):
            told.append((completed_at, "order.completed", {"number": order.number}))
        for at, kind, data in told:
            yield "events_event", (self.id_at(at), kind, placed, json.dumps(data), at)

    def restocked(self, variant_id: UUID, units: int, at: datetime) -> Row:
        """Return the arrival of the units that orders took."""
        return self._movement(variant_id, units, "adjustment", None, at)

    def _movement(
        self, variant_id: UUID, delta: int, kind: str, placed: UUID | None, at: datetime
    ) -> Row:
        reason = "Generated orders" if placed is None else ""
        return "inventory_movement", (self.id_at(at), variant_id, delta, kind, reason, placed, at)

    def _completed_at(self, order: SampleOrder) -> datetime | None:
        """Return when the last part of an order that is paid and sent whole was delivered."""
        arrivals = [shipment.delivered_at for shipment in order.shipments]
        unpaid = order.money in (Money.DUE, Money.VOIDED)
        if order.canceled or unpaid or order.fulfillment != "fulfilled":
            return None
        known = [arrival for arrival in arrivals if arrival is not None]
        return max(*known, order.ended_at) if len(known) == len(arrivals) else None
