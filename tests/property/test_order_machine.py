"""Programs of what people do with orders, legal and not, each compared with a plain model.

After each step the database says what the model says of statuses, units, stock, money and invoices,
and every refusal has the code that the model expects; after each program the audit finds nothing.
The programs are the same in every run;
`MACHINE_SEED=7` makes others, `MACHINE_PROGRAMS=1000` more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from carts import services as carts
from checkout import services as checkouts
from checkout.services import PaymentChoice
from core.caller import Caller
from core.errors import CongoCartError
from core.ids import hash_secret
from core.money import Money
from orders import services as orders
from orders.models import Order
from tests.property import order_model as model
from tests.property.ledger import violated
from tests.property.order_ledger import as_modeled, as_stored
from tests.property.payment_model import Payment
from tests.property.steps import details, requested
from tests.shop import offer_shipping, stock_variants

SEED = os.environ.get("MACHINE_SEED")
START = datetime(2030, 1, 1, tzinfo=UTC)
PRICES = {"SKU-0": 1_000, "SKU-1": 1_001}
STOCK, DELIVERY = 50, 395
STAFF = Caller(roles=frozenset({"manager", "support"}))
PACKER = Caller(roles=frozenset({"fulfillment"}))
STRANGER = Caller(guest_hash=hash_secret("not theirs"))

which = st.integers(0, 5)  # 0 is the newest
bought = st.dictionaries(st.sampled_from(list(PRICES)), st.integers(2, 4), min_size=1)
units = st.dictionaries(st.sampled_from([*PRICES, "SKU-9"]), st.integers(1, 3), min_size=1)
strange = st.sampled_from([*[False] * 9, True])
amounts = st.sampled_from([None, 0, 1, 333, 395, 1_000]) | st.integers(1, 9_000)
currencies = st.sampled_from([*["GBP"] * 9, "EUR"])
desk = st.sampled_from([*[model.STAFF] * 9, model.STRANGER])
anyone = st.sampled_from([*[model.STAFF] * 4, *[model.BUYER] * 4, model.PACKER, model.STRANGER])

AFTERWARDS = ["refund", "refund and restock", "withdraw", "nothing"]

has_shipments = precondition(lambda machine: machine.shipments)
has_returns = precondition(lambda machine: machine.returns)


class OrderMachine(RuleBasedStateMachine):
    """One or two orders, and the model of them."""

    def __init__(self) -> None:
        super().__init__()
        self.program = transaction.atomic()
        self.program._from_testcase = True  # a use case may be the outermost one inside it
        self.program.__enter__()
        self.now = START
        self.changed = True
        self.buyers: list[Caller] = []
        self.numbers: list[str] = []
        # Each with the place of its order and of itself there, in the order of the list.
        self.shipments: list[tuple[int, int, UUID]] = []
        self.returns: list[tuple[int, int, UUID]] = []

    @initialize(
        baskets=st.lists(
            st.tuples(bought, st.sampled_from(["automatic", "automatic", "manual", "offline"])),
            min_size=1,
            max_size=2,
        ),
        sent=st.lists(units | st.just({}), max_size=2),
    )
    def open_desk(
        self, baskets: list[tuple[dict[str, int], str]], sent: list[dict[str, int]]
    ) -> None:
        """Some orders, of which parts have been sent."""
        self.settings = override_settings(TAX_RATE=Decimal("0.2"), PRICES_INCLUDE_TAX=True)
        self.settings.enable()
        offer_shipping()
        stock_variants(len(PRICES), stock=STOCK)
        self.desk = model.Desk(dict.fromkeys(PRICES, STOCK))
        for basket, capture in baskets:
            self.now += timedelta(seconds=1)
            with time_machine.travel(self.now, tick=False):
                self._buy(basket, capture)
        for order, wanted in enumerate(sent):
            self.fulfill(order, model.STAFF, wanted, strange=False)

    def _buy(self, basket: dict[str, int], capture: str) -> None:
        new = carts.create_cart(
            caller=Caller(), currency="GBP", requested=requested(basket), now=self.now
        )
        buyer = Caller(guest_hash=hash_secret(new.token or ""))
        begun = checkouts.begin_checkout(
            caller=buyer,
            cart_id=new.view.id,
            details=details("standard", "ada@example.com"),
            now=self.now,
        )
        offline = capture == "offline"
        choice = PaymentChoice("manual") if offline else PaymentChoice("test", "tok_success")
        with override_settings(PAYMENT_CAPTURE="automatic" if offline else capture):
            checkouts.complete_checkout(
                caller=buyer, checkout_id=begun.checkout.id, payment=choice, now=self.now
            )
        self.buyers.append(buyer)
        self.numbers.append(Order.objects.latest("id").number)
        total = DELIVERY + sum(PRICES[sku] * count for sku, count in basket.items())
        payment = Payment(0, total, capture, "tok_success", self.now)
        if not offline:
            payment.learn(payment.truth, self.now)
        self.desk.place(PRICES, basket, payment)
        self.desk.orders[-1].invoice_if_due()

    def teardown(self) -> None:
        try:
            self._compare()
            connection.check_constraints()
            assert violated(self.now + timedelta(minutes=2)) == []
        finally:
            self.settings.disable()
            transaction.set_rollback(True)
            self.program.__exit__(None, None, None)

    def both(self, expected: Callable[[model.Desk], Any], actual: Callable[[], Any]) -> Any:
        """The model and the services do the same, or refuse it with the same code."""
        self.now += timedelta(seconds=1)
        before, refusal, refused, result = deepcopy(self.desk), None, None, None
        try:
            expected(self.desk)
            for order in self.desk.orders:
                order.invoice_if_due()
        except model.Refused as error:
            self.desk, refusal = before, error.code
        with time_machine.travel(self.now, tick=False):
            try:
                result = actual()
            except CongoCartError as error:
                refused = error.code
        assert refused == refusal
        self.changed |= refusal is None
        return result

    # ---- sending

    @rule(order=which, by=desk, wanted=units | st.just({}), strange=strange)
    def fulfill(self, order: int, by: str, wanted: dict[str, int], strange: bool) -> None:
        order, target = self._order(order, by)
        if not strange:
            wanted = self._possible(wanted, order, lambda line: line.left)
        sent = self.both(
            lambda desk: desk.fulfill(order, by, wanted, self.now),
            lambda: orders.fulfill_order(**target, items=wanted, now=self.now),
        )
        if sent:
            place = len(self.desk.orders[order].shipments) - 1
            newest = max(each.id for each in sent.fulfillments.all())
            self.shipments.append((order, place, newest))

    @has_shipments
    @rule(shipment=which, order=which, by=desk, strange=strange)
    def deliver(self, shipment: int, order: int, by: str, strange: bool) -> None:
        order, target, found, place = self._part(self.shipments, shipment, order, by, strange)
        self.both(
            lambda desk: desk.deliver(
                order,
                by,
                desk.orders[order].shipments[place] if place is not None else None,
                self.now,
            ),
            lambda: orders.deliver_fulfillment(**target, fulfillment_id=found, now=self.now),
        )

    @has_shipments
    @rule(shipment=which, order=which, by=desk, strange=strange)
    def cancel_fulfillment(self, shipment: int, order: int, by: str, strange: bool) -> None:
        order, target, found, place = self._part(self.shipments, shipment, order, by, strange)
        self.both(
            lambda desk: desk.cancel_fulfillment(
                order, by, desk.orders[order].shipments[place] if place is not None else None
            ),
            lambda: orders.cancel_fulfillment(**target, fulfillment_id=found, now=self.now),
        )

    @rule(order=which, by=desk)
    def hold(self, order: int, by: str) -> None:
        order, target = self._order(order, by)
        self.both(
            lambda desk: desk.hold(order, by), lambda: orders.hold_order(**target, now=self.now)
        )

    @rule(order=which, by=desk)
    def release(self, order: int, by: str) -> None:
        order, target = self._order(order, by)
        self.both(
            lambda desk: desk.release(order, by),
            lambda: orders.release_order(**target, now=self.now),
        )

    # ---- money

    @rule(order=which, by=desk, amount=amounts, currency=currencies)
    def capture(self, order: int, by: str, amount: int | None, currency: str) -> None:
        order, target = self._order(order, by)
        self.both(
            lambda desk: desk.capture(order, by, amount, currency, self.now),
            lambda: orders.capture_payment(**target, amount=money(amount, currency), now=self.now),
        )

    @rule(
        order=which,
        by=desk,
        amount=amounts,
        currency=currencies,
        wanted=units | st.just({}),
        restock=st.booleans(),
    )
    def refund(
        self,
        order: int,
        by: str,
        amount: int | None,
        currency: str,
        wanted: dict[str, int],
        restock: bool,
    ) -> None:
        order, target = self._order(order, by)
        self.both(
            lambda desk: desk.refund(
                order, by, amount, currency, wanted, restock=restock, now=self.now
            ),
            lambda: orders.refund_order(
                **target,
                amount=money(amount, currency),
                items=wanted,
                restock_items=restock,
                now=self.now,
            ),
        )

    @rule(order=which, wanted=units, restock=st.booleans())
    def refund_units(self, order: int, wanted: dict[str, int], restock: bool) -> None:
        """For what they are worth, as it is done mostly."""
        index, _ = self._order(order, model.STAFF)
        wanted = self._possible(wanted, index, lambda line: line.ordered - line.refunded)
        self.refund(order, model.STAFF, None, "GBP", wanted or {"SKU-0": 1}, restock)

    @rule(order=which, by=anyone, sure=st.integers(0, 3))
    def cancel(self, order: int, by: str, sure: int) -> None:
        """By those who may, now and then only: afterwards little is possible."""
        if sure and by in {model.STAFF, model.BUYER}:
            return
        order, target = self._order(order, by)
        self.both(
            lambda desk: desk.cancel(order, by),
            lambda: orders.cancel_order(**target, reason="", now=self.now),
        )

    @rule(order=which, by=anyone, wanted=units, everything=strange, strange=strange)
    def withdraw(
        self, order: int, by: str, wanted: dict[str, int], everything: bool, strange: bool
    ) -> None:
        order, target = self._order(order, by)
        if everything:
            wanted = {}
        elif not strange:
            there = self._possible(wanted, order, lambda line: line.left + line.returnable)
            wanted = there or wanted
        promised: list[int] = []
        done = self.both(
            lambda desk: promised.append(desk.withdraw(order, by, wanted, self.now)),
            lambda: orders.withdraw(**target, items=wanted, now=self.now),
        )
        if done:
            assert [done.refund.amount] == promised
            known = [coming for owner, _, coming in self.returns if owner == order]
            new = [each.id for each in done.order.returns.all() if each.id not in known]
            place = len(self.desk.orders[order].returns) - 1
            self.returns += [(order, place, coming) for coming in new]

    # ---- coming back

    @rule(order=which, by=anyone, wanted=units, strange=strange)
    def request_return(self, order: int, by: str, wanted: dict[str, int], strange: bool) -> None:
        order, target = self._order(order, by)
        if not strange:
            wanted = self._possible(wanted, order, lambda line: line.returnable) or wanted
        asked = self.both(
            lambda desk: desk.request_return(order, by, wanted),
            lambda: orders.request_return(**target, items=wanted, reason="", now=self.now),
        )
        if asked:
            place = len(self.desk.orders[order].returns) - 1
            self.returns.append((order, place, asked.id))

    @has_returns
    @rule(coming=which, order=which, by=desk, strange=strange, approve=st.booleans())
    def decide(self, coming: int, order: int, by: str, strange: bool, approve: bool) -> None:
        order, target, found, place = self._part(self.returns, coming, order, by, strange)
        self.both(
            lambda desk: desk.decide(
                order,
                by,
                desk.orders[order].returns[place] if place is not None else None,
                approve=approve,
                now=self.now,
            ),
            lambda: orders.decide_return(**target, return_id=found, approve=approve, now=self.now),
        )

    @has_returns
    @rule(coming=which, order=which, by=desk, strange=strange, restock=st.booleans())
    def receive(self, coming: int, order: int, by: str, strange: bool, restock: bool) -> None:
        order, target, found, place = self._part(self.returns, coming, order, by, strange)
        self.both(
            lambda desk: desk.receive(
                order,
                by,
                desk.orders[order].returns[place] if place is not None else None,
                restock=restock,
                now=self.now,
            ),
            lambda: orders.receive_return(
                **target, return_id=found, put_back=restock, now=self.now
            ),
        )

    @has_returns
    @rule(coming=which, order=which, by=desk, strange=strange)
    def refund_return(self, coming: int, order: int, by: str, strange: bool) -> None:
        order, target, found, place = self._part(self.returns, coming, order, by, strange)
        self.both(
            lambda desk: desk.refund_return(
                order,
                by,
                desk.orders[order].returns[place] if place is not None else None,
                self.now,
            ),
            lambda: orders.refund_return(**target, return_id=found, now=self.now),
        )

    @rule(order=which, wanted=units, restocked=st.booleans(), then=st.sampled_from(AFTERWARDS))
    def come_back(self, order: int, wanted: dict[str, int], restocked: bool, then: str) -> None:
        """All of a return, as it is done mostly; and what may be done about its units then."""
        known = len(self.returns)
        self.request_return(order, model.BUYER, wanted, strange=False)
        if len(self.returns) > known:
            self.decide(0, order, model.STAFF, strange=False, approve=True)
            self.receive(0, order, model.STAFF, strange=False, restock=restocked)
            if then == "withdraw":
                self.withdraw(order, model.BUYER, wanted, everything=False, strange=False)
            elif then != "nothing":
                self.refund_units(order, wanted, restock=then == "refund and restock")

    # ---- time

    @rule(days=st.sampled_from([1, 15]))
    def wait_for_job(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.both(
            lambda desk: desk.complete_orders(self.now),
            lambda: orders.complete_orders(now=self.now),
        )

    # ---- what always holds

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        """What a refused step has changed shows after the next one, or at the end."""
        if self.changed:
            self._compare()

    def _compare(self) -> None:
        assert as_stored() == as_modeled(self.desk)
        self.changed = False

    # ---- what a number in a program stands for

    def _order(self, number: int, by: str) -> tuple[int, dict[str, Any]]:
        index = len(self.numbers) - 1 - number % len(self.numbers)
        callers = {
            model.STAFF: STAFF,
            model.PACKER: PACKER,
            model.BUYER: self.buyers[index],
            model.STRANGER: STRANGER,
        }
        return index, {"caller": callers[by], "number": self.numbers[index]}

    def _possible(
        self, wanted: dict[str, int], order: int, most: Callable[[model.Line], int]
    ) -> dict[str, int]:
        """As much of what is wanted as there is."""
        lines = self.desk.orders[order].lines
        there = {sku: min(count, most(lines[sku])) for sku, count in wanted.items() if sku in lines}
        return {sku: count for sku, count in there.items() if count}

    def _part(
        self, parts: list[tuple[int, int, UUID]], number: int, order: int, by: str, strange: bool
    ) -> tuple[int, dict[str, Any], UUID, int | None]:
        """A shipment or a return, as a part of its order, or of any for a `strange` request."""
        owner, place, found = parts[-1 - number % len(parts)]
        index, target = self._order(order if strange else len(self.numbers) - 1 - owner, by)
        return index, target, found, place if index == owner else None


def money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _run(programs: int, steps: int) -> None:
    machine = seed(int(SEED))(OrderMachine) if SEED else OrderMachine
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("MACHINE_PROGRAMS", programs)),
            stateful_step_count=steps,
            deadline=None,
            derandomize=not SEED,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_orders_do_what_their_model_does() -> None:
    _run(programs=12, steps=20)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(900)
def test_orders_do_what_their_model_does_at_length() -> None:
    _run(programs=300, steps=30)
