"""Programs of random steps through the services, each compared with a plain model of the shop.

After each step the database says what the model says, and the audit finds nothing. A
failing program is printed in as few steps as it takes. The programs are the same in
every run; `MACHINE_SEED=7` makes others, `MACHINE_PROGRAMS=1000` more.
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
from carts.models import CartLine
from catalog.services import adjust_stock_of_sku
from checkout import services as checkouts
from checkout.services import PaymentChoice
from core.caller import Caller
from core.errors import CongoCartError
from core.ids import hash_secret, uuid7
from core.items import ItemRequest
from core.money import Money
from orders import services as orders
from orders.models import Order
from payments.domain import Outcome, OutcomeKind, OutcomeMismatch, ProviderEvent
from payments.models import Payment
from payments.services import execute_operations
from pricing.domain import TaxRounding, TaxRules
from tests.pricing import taxed
from tests.property import ledger
from tests.property.payment_model import Contradiction
from tests.property.shop_model import Shop
from tests.property.shop_values import Refused
from tests.property.steps import (
    SKUS,
    baskets,
    details,
    edits,
    means,
    methods,
    news,
    payments,
    pounds,
    requested,
    skus,
    sometimes,
    which,
)
from tests.shop import offer_shipping, stock_variants

PROGRAMS = int(os.environ.get("MACHINE_PROGRAMS", "40"))
SEED = os.environ.get("MACHINE_SEED")
STAFF = Caller(roles=frozenset({"support", "manager"}))
START = datetime(2030, 1, 1, tzinfo=UTC)
TAX = Decimal("0.2")

has_carts = precondition(lambda machine: machine.shop.carts)
has_checkouts = precondition(lambda machine: machine.shop.checkouts)
has_orders = precondition(lambda machine: machine.shop.orders)
has_homeless_payments = precondition(lambda machine: machine.homeless_payments())
has_online_payments = precondition(lambda machine: machine.online_payments())


class ShopMachine(RuleBasedStateMachine):
    """A shop and its model."""

    def __init__(self) -> None:
        super().__init__()
        self.program = transaction.atomic()
        self.program._from_testcase = True  # a use case may be the outermost one inside it
        self.program.__enter__()
        self.now = START
        self.callers: list[Caller] = []
        self.cart_ids: list[UUID] = []
        self.checkout_ids: list[UUID] = []

    @initialize(
        stock=st.integers(3, 9),
        capture=st.sampled_from(["automatic", "manual"]),
        tax=st.builds(taxed, st.just(TAX), st.booleans(), st.sampled_from(TaxRounding)),
    )
    def open_shop(self, stock: int, capture: str, tax: TaxRules) -> None:
        self.capture = capture
        self.settings = override_settings(
            PAYMENT_CAPTURE=capture,
            TAX_RATE=tax.flat.rate,
            PRICES_INCLUDE_TAX=tax.included,
            TAX_ROUNDING=tax.rounding,
        )
        self.settings.enable()
        offer_shipping()
        stock_variants(len(SKUS), stock=stock)
        prices = {sku: 1_000 + number for number, sku in enumerate(SKUS)}
        self.shop = Shop(dict.fromkeys(SKUS, stock), prices, tax)

    def teardown(self) -> None:
        self.settings.disable()
        transaction.set_rollback(True)
        self.program.__exit__(None, None, None)

    def both(self, expected: Callable[[Shop], Any], actual: Callable[[], Any]) -> None:
        """The model and the services do the same, or refuse in the same way."""
        self.now += timedelta(seconds=1)
        before, refusal, refused = deepcopy(self.shop), None, None
        try:
            expected(self.shop)
        except (Refused, Contradiction) as error:
            self.shop = before
            refusal = error.kind if isinstance(error, Refused) else OutcomeMismatch
        with time_machine.travel(self.now, tick=False):
            try:
                actual()
            except CongoCartError as error:
                refused = type(error)
        assert refused is refusal

    # ---- carts

    @rule(basket=baskets, method=methods, payment=payments)
    def buy(self, basket: dict[str, int], method: str | None, payment: str | None) -> None:
        """A new buyer gets as far as paying, or stops before (None)."""

        def actual() -> None:
            new = carts.create_cart(
                caller=Caller(), currency="GBP", requested=requested(basket), now=self.now
            )
            self.callers.append(Caller(guest_hash=hash_secret(new.token or "")))
            self.cart_ids.append(new.view.id)

        self.both(lambda shop: shop.open_cart(basket, self.now), actual)
        begun = len(self.checkout_ids)
        self.begin_checkout(0, method)
        if payment and len(self.checkout_ids) > begun:
            self.complete(0, payment, surprise=False)

    @has_carts
    @rule(cart=which, edit=edits, basket=baskets | st.just({}), sku=skus, count=st.integers(0, 4))
    def edit_cart(self, cart: int, edit: str, basket: dict[str, int], sku: str, count: int) -> None:
        if edit == "replace":
            self._replace_items(cart, basket)
        elif edit == "add":
            self._add_item(cart, sku, count or 1)
        else:
            self._change_item(cart, sku, count)

    def _add_item(self, cart: int, sku: str, count: int) -> None:
        cart, target = self._cart(cart)
        lines = self.shop.carts[cart].lines
        self.both(
            lambda shop: shop.write_cart(cart, lines | {sku: lines.get(sku, 0) + count}, self.now),
            lambda: carts.add_item(**target, item=ItemRequest(sku, count), now=self.now),
        )

    def _replace_items(self, cart: int, basket: dict[str, int]) -> None:
        cart, target = self._cart(cart)
        self.both(
            lambda shop: shop.write_cart(cart, basket, self.now),
            lambda: carts.replace_items(**target, requested=requested(basket), now=self.now),
        )

    def _change_item(self, cart: int, sku: str, count: int) -> None:
        cart, target = self._cart(cart)
        line = CartLine.objects.filter(cart=target["cart_id"], variant__sku=sku).first()
        item_id = line.id if line else uuid7()
        self.both(
            lambda shop: shop.change_line(cart, sku, count, self.now),
            lambda: carts.change_item(**target, item_id=item_id, quantity=count, now=self.now),
        )

    # ---- checkouts

    @has_carts
    @rule(cart=which, method=methods)
    def begin_checkout(self, cart: int, method: str | None) -> None:
        cart, target = self._cart(cart)

        def actual() -> None:
            view = checkouts.begin_checkout(
                **target, details=details(method, "ada@example.com"), now=self.now
            )
            self.checkout_ids.append(view.checkout.id)

        self.both(lambda shop: shop.begin(cart, method, self.now), actual)

    @has_checkouts
    @rule(checkout=which, method=methods, forget_email=sometimes)
    def change_checkout(self, checkout: int, method: str | None, forget_email: bool) -> None:
        checkout, target = self._checkout(checkout)
        email = None if forget_email else "ada@example.com"
        self.both(
            lambda shop: shop.change_checkout(checkout, method, email, self.now),
            lambda: checkouts.change_checkout(
                **target, details=details(method, email), now=self.now
            ),
        )

    @has_checkouts
    @rule(checkout=which, basket=baskets)
    def replace_items(self, checkout: int, basket: dict[str, int]) -> None:
        checkout, target = self._checkout(checkout)
        self.both(
            lambda shop: shop.replace_items(checkout, basket, self.now),
            lambda: checkouts.change_checkout(
                **target, details={}, requested=requested(basket), now=self.now
            ),
        )

    @has_checkouts
    @rule(checkout=which)
    def cancel_checkout(self, checkout: int) -> None:
        checkout, target = self._checkout(checkout)
        self.both(
            lambda shop: shop.cancel_checkout(checkout),
            lambda: checkouts.cancel_checkout(**target, now=self.now),
        )

    @has_checkouts
    @rule(checkout=which, payment=means, surprise=sometimes)
    def complete(self, checkout: int, payment: str, surprise: bool) -> None:
        checkout, target = self._checkout(checkout)
        total = self.shop.total(checkout) + surprise
        choice = PaymentChoice("manual") if payment == "manual" else PaymentChoice("test", payment)

        def expected(shop: Shop) -> None:
            if payment == "manual":
                shop.complete_unpaid(checkout, total, self.now)
            else:
                shop.complete_paid(checkout, payment, self.capture, total, self.now)

        self.both(
            expected,
            lambda: checkouts.complete_checkout(
                **target, payment=choice, expected_total=Money(total, "GBP"), now=self.now
            ),
        )

    # ---- what providers, clocks and staff do

    @has_online_payments
    @rule(payment=which, kind=news)
    def hear_of_payment(self, payment: int, kind: str) -> None:
        online = self.online_payments()
        self._hear(online[-1 - payment % len(online)], kind)

    @has_checkouts
    @rule(checkout=which, method=methods, again=st.none() | means, kind=news)
    def hear_late(self, checkout: int, method: str | None, again: str | None, kind: str) -> None:
        """A payment is refused, its buyer goes on, and then there is news of it."""
        attempt = len(self.shop.payments)
        self.complete(checkout, "tok_decline", surprise=False)
        self.change_checkout(checkout, method, forget_email=False)
        if again:
            self.complete(checkout, again, surprise=False)
        if len(self.shop.payments) > attempt:
            self._hear(attempt, kind)

    @has_homeless_payments
    @rule(payment=which, kind=news)
    def hear_of_payment_without_order(self, payment: int, kind: str) -> None:
        homeless = self.homeless_payments()
        self._hear(homeless[-1 - payment % len(homeless)], kind)

    def _hear(self, payment: int, kind: str) -> None:
        paid = Payment.objects.order_by("id")[payment]
        outcome = Outcome(
            OutcomeKind(kind), reference=f"test_{paid.id}", amount=paid.amount, currency="GBP"
        )
        provider_event = ProviderEvent("test", str(uuid7()), kind, paid.id, outcome)

        def actual() -> None:
            checkouts.resolve_webhook(provider_event=provider_event, now=self.now)
            execute_operations(payment_id=paid.id)

        self.both(lambda shop: shop.hear(payment, kind, self.now), actual)

    @rule(
        minutes=st.sampled_from([1, 1, 5, 16, 31, 31 * 24 * 60]),
        job=st.sampled_from(["expire_checkouts", "expire_carts", "abandon", "recover"]),
    )
    def wait_for_job(self, minutes: int, job: str) -> None:
        """At least a minute: what was asked a moment ago may still be on its way."""
        self.now += timedelta(minutes=minutes)
        run = {
            "expire_checkouts": checkouts.expire_checkouts,
            "expire_carts": carts.expire_carts,
            "abandon": checkouts.abandon_payments,
            "recover": checkouts.recover_payments,
        }[job]
        self.both(lambda shop: getattr(shop, job)(self.now), lambda: run(now=self.now))

    @rule(sku=skus, delta=st.integers(-4, 4).filter(bool))
    def adjust_stock(self, sku: str, delta: int) -> None:
        self.both(
            lambda shop: shop.adjust(sku, delta, self.now),
            lambda: adjust_stock_of_sku(
                sku=sku, delta=delta, reason="Counted", actor_id=None, now=self.now
            ),
        )

    @has_orders
    @rule(order=which, by_staff=st.booleans())
    def cancel_order(self, order: int, by_staff: bool) -> None:
        order, number = self._order(order)
        caller = STAFF if by_staff else self._buyer_of(order)
        self.both(
            lambda shop: shop.cancel_order(order),
            lambda: orders.cancel_order(caller=caller, number=number, reason="", now=self.now),
        )

    @has_orders
    @rule(order=which, amount=st.none() | st.integers(1, 3_000))
    def capture(self, order: int, amount: int | None) -> None:
        order, number = self._order(order)
        self.both(
            lambda shop: shop.capture(order, amount),
            lambda: orders.capture_payment(
                caller=STAFF, number=number, amount=pounds(amount), now=self.now
            ),
        )

    @has_orders
    @rule(
        order=which,
        amount=st.none() | st.integers(1, 3_000),
        basket=baskets | st.just({}),
        strange=sometimes,
        restock=st.booleans(),
    )
    def refund(
        self, order: int, amount: int | None, basket: dict[str, int], strange: bool, restock: bool
    ) -> None:
        """Of what was bought, unless it is a `strange` request."""
        order, number = self._order(order)
        bought = self.shop.orders[order].lines
        if not strange:
            basket = {
                sku: min(count, bought[sku]) for sku, count in basket.items() if sku in bought
            }
        self.both(
            lambda shop: shop.refund(order, amount, basket, restock=restock),
            lambda: orders.refund_order(
                caller=STAFF,
                number=number,
                amount=pounds(amount),
                items=basket,
                restock_items=restock,
                now=self.now,
            ),
        )

    # ---- what always holds

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        assert ledger.as_stored() == ledger.as_modeled(self.shop)

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        connection.check_constraints()
        assert ledger.violated(self.now + timedelta(minutes=2)) == []

    @invariant()
    def invoices_less_credit_notes_are_what_is_charged_less_refunds(self) -> None:
        assert ledger.out_of_balance() == []

    # ---- what a number in a program stands for

    def online_payments(self) -> list[int]:
        payments = enumerate(self.shop.payments)
        return [index for index, payment in payments if payment.capture != "offline"]

    def homeless_payments(self) -> list[int]:
        payments = self.shop.payments
        return [index for index in self.online_payments() if payments[index].order is None]

    def _cart(self, number: int) -> tuple[int, dict[str, Any]]:
        index = len(self.cart_ids) - 1 - number % len(self.cart_ids)
        return index, {"caller": self.callers[index], "cart_id": self.cart_ids[index]}

    def _checkout(self, number: int) -> tuple[int, dict[str, Any]]:
        index = len(self.checkout_ids) - 1 - number % len(self.checkout_ids)
        caller = self.callers[self.shop.checkouts[index].cart]
        return index, {"caller": caller, "checkout_id": self.checkout_ids[index]}

    def _order(self, number: int) -> tuple[int, str]:
        index = len(self.shop.orders) - 1 - number % len(self.shop.orders)
        return index, Order.objects.order_by("id").values_list("number", flat=True)[index]

    def _buyer_of(self, order: int) -> Caller:
        return self.callers[self.shop.checkouts[self.shop.orders[order].checkout].cart]


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_the_shop_does_what_its_model_does() -> None:
    machine = seed(int(SEED))(ShopMachine) if SEED else ShopMachine
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=PROGRAMS,
            stateful_step_count=40,
            deadline=None,
            derandomize=not SEED,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
