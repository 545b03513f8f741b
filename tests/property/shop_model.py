"""The shop in plain Python: what its services should do, without a database or a lock.

A step either changes the model or raises `Refused` with the refusal that the services
should give; the caller puts the model back to where it was then. Things are known
by their place in a list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from carts.domain import CartNotOpen, ItemNotFound
from checkout.errors import (
    CartEmpty,
    CheckoutCanceled,
    CheckoutCompleted,
    CheckoutExpired,
    CheckoutIncomplete,
    CheckoutInProgress,
    TotalChanged,
)
from core.states import InvalidTransition
from inventory.domain import InsufficientStock
from orders.domain import (
    RefundExceedsOrdered,
    RestockExceedsOrdered,
    UnknownItem,
)
from payments.domain import (
    CaptureExceedsDue,
    NothingToCapture,
    RefundExceedsPaid,
)
from pricing.domain import (
    Basket,
    Charge,
    Entry,
    Item,
    Quote,
    Rules,
    ShippingChoice,
    TaxRules,
    price,
    shares_of,
)
from tests.property.payment_model import Payment
from tests.property.shop_values import Cart, Checkout, Order, Refused

CART_LIFE = timedelta(days=30)
HOLD = timedelta(minutes=15)
ACTION_GRACE = timedelta(minutes=15)
SHIPPING = {"standard": 395, "express": 995, None: 0}
EDITABLE, PAYING = {"incomplete", "ready"}, {"completing", "requires_action"}


class Shop:
    """Everything there is."""

    def __init__(self, stock: Mapping[str, int], prices: Mapping[str, int], tax: TaxRules) -> None:
        self.on_hand = dict(stock)
        self.prices = dict(prices)
        self.tax = tax
        self.carts: list[Cart] = []
        self.checkouts: list[Checkout] = []
        self.payments: list[Payment] = []
        self.orders: list[Order] = []

    # ---- stock

    def reserved(self, sku: str) -> int:
        return sum(checkout.held.get(sku, 0) for checkout in self.checkouts)

    def adjust(self, sku: str, delta: int, now: datetime) -> None:
        left = self.on_hand[sku] + delta
        held = sum(each.held.get(sku, 0) for each in self.checkouts if each.expires > now)
        if delta < 0 and left < held:
            raise Refused(InsufficientStock)
        self._end_lapsed({sku}, now)
        self.on_hand[sku] = left

    def _end_lapsed(self, skus: Collection[str], now: datetime) -> None:
        for checkout in self.checkouts:
            if checkout.expires <= now:
                checkout.held = {k: n for k, n in checkout.held.items() if k not in skus}

    def _require_free(self, demand: Mapping[str, int], now: datetime) -> None:
        if self._is_short(demand):
            self._end_lapsed(demand, now)
        if self._is_short(demand):
            raise Refused(InsufficientStock)

    def _is_short(self, demand: Mapping[str, int]) -> bool:
        return any(self.on_hand[sku] - self.reserved(sku) < n for sku, n in demand.items())

    # ---- carts

    def open_cart(self, lines: Mapping[str, int], now: datetime) -> None:
        self.carts.append(Cart(now + CART_LIFE, dict(lines)))

    def write_cart(self, cart: int, lines: Mapping[str, int], now: datetime) -> None:
        """The cart holds exactly `lines`; none of no units."""
        written = self._open_cart(cart, now)
        written.lines = {sku: units for sku, units in lines.items() if units}
        written.version += 1
        written.expires = now + CART_LIFE

    def change_line(self, cart: int, sku: str, units: int, now: datetime) -> None:
        if sku not in self._open_cart(cart, now).lines:
            raise Refused(ItemNotFound)
        self.write_cart(cart, self.carts[cart].lines | {sku: units}, now)

    def expire_carts(self, now: datetime) -> None:
        for cart in self.carts:
            if cart.status == "open" and cart.expires <= now:
                cart.status = "expired"

    def _open_cart(self, cart: int, now: datetime) -> Cart:
        found = self.carts[cart]
        if found.status != "open" or found.expires <= now:
            raise Refused(CartNotOpen)
        return found

    # ---- checkouts

    def begin(self, cart: int, method: str | None, now: datetime) -> None:
        wanted = self._open_cart(cart, now)
        for index, earlier in enumerate(self.checkouts):
            if earlier.cart == cart and earlier.status in PAYING | EDITABLE:
                if earlier.status in PAYING:  # the recovery job has it voided
                    payment = self.payments[self._latest(index)]
                    payment.letting_go = payment.given_up = True
                earlier.status, earlier.held = "canceled", {}
        if not wanted.lines:
            raise Refused(CartEmpty)
        self._require_free(wanted.lines, now)
        lines = dict(wanted.lines)
        self.checkouts.append(
            Checkout(cart, wanted.version, lines, method, now + HOLD, held=dict(lines))
        )

    def change_checkout(
        self, index: int, method: str | None, email: str | None, now: datetime
    ) -> None:
        self._require_editable(index, now)
        checkout = self.checkouts[index]
        checkout.method, checkout.email = method, email
        checkout.reopen()

    def replace_items(self, index: int, lines: Mapping[str, int], now: datetime) -> None:
        self._require_editable(index, now)
        checkout = self.checkouts[index]
        checkout.held = {}
        self._require_free(lines, now)
        checkout.lines, checkout.held, checkout.cart_version = dict(lines), dict(lines), 0
        checkout.reopen()

    def cancel_checkout(self, index: int) -> None:
        checkout = self.checkouts[index]
        if checkout.status == "completed":
            raise Refused(CheckoutCompleted)
        self._give_up_payment(index)
        checkout.status, checkout.held = "canceled", {}

    def _give_up_payment(self, index: int) -> None:
        """What the provider has not told is found out before it is voided."""
        if self.checkouts[index].status in PAYING:
            payment = self.payments[self._latest(index)]
            if payment.step == "unknown":
                payment.learn(payment.truth, payment.at)
            payment.letting_go = payment.given_up = True
            payment.give_back()

    def expire_checkouts(self, now: datetime) -> None:
        for checkout in self.checkouts:
            if checkout.status in EDITABLE and checkout.expires <= now:
                checkout.status, checkout.held = "expired", {}

    def total(self, index: int) -> int:
        return self._quote(self.checkouts[index]).totals.total

    def _quote(self, checkout: Checkout) -> Quote:
        items = tuple(Item(sku, self.prices[sku], units) for sku, units in checkout.lines.items())
        choice = ShippingChoice("", "", SHIPPING[checkout.method])
        return price(Basket("GBP", items, shipping=choice), Rules(self.tax), now=checkout.expires)

    def _require_editable(self, index: int, now: datetime) -> None:
        checkout = self.checkouts[index]
        if checkout.status in PAYING:
            raise Refused(CheckoutInProgress)
        if checkout.status == "completed":
            raise Refused(CheckoutCompleted)
        if checkout.status == "canceled":
            raise Refused(CheckoutCanceled)
        if checkout.status == "expired" or checkout.expires <= now:
            raise Refused(CheckoutExpired)

    # ---- completing

    def complete_unpaid(self, index: int, expected: int | None, now: datetime) -> None:
        checkout = self.checkouts[index]
        if checkout.status == "completed":
            return
        if checkout.status in PAYING:
            self._pay_otherwise(index, expected)
        self._require_completable(index, expected, now)
        payment = Payment(index, self.total(index), "offline", "", now)
        self._place(index, len(self.payments), now)
        payment.order = len(self.orders) - 1
        self.payments.append(payment)

    def complete_paid(
        self, index: int, token: str, capture: str, expected: int | None, now: datetime
    ) -> None:
        checkout = self.checkouts[index]
        if checkout.status == "completed":
            return
        if checkout.status in PAYING and self.payments[self._latest(index)].token != token:
            self._pay_otherwise(index, expected)
        if checkout.status in PAYING:
            self._require_total(index, expected)
            latest = self._latest(index)
            self._settle(latest, self.payments[latest].truth, now)
        else:
            self._require_completable(index, expected, now)
            checkout.status = "completing"
            payment = Payment(index, self.total(index), capture, token, now)
            self.payments.append(payment)
            self._settle(len(self.payments) - 1, payment.first_answer, now)

    def _pay_otherwise(self, index: int, expected: int | None) -> None:
        self._require_total(index, expected)
        self._give_up_payment(index)
        self.checkouts[index].reopen()

    def hear(self, payment: int, kind: str, now: datetime) -> None:
        """A webhook says that the payment is `kind`."""
        self._settle(payment, kind, now)

    def abandon(self, now: datetime) -> None:
        for index, checkout in enumerate(self.checkouts):
            if checkout.status == "requires_action" and checkout.expires <= now - ACTION_GRACE:
                checkout.status, checkout.held = "expired", {}
                self.payments[self._latest(index)].letting_go = True
                self.payments[self._latest(index)].given_up = True

    def recover(self, now: datetime) -> None:
        """The oldest question first; then whatever is still to be given back."""
        for index in range(len(self.payments)):
            if self.payments[index].asked_about:
                self._settle(index, self.payments[index].truth, now)
        for payment in self.payments:
            payment.give_back()

    def _require_completable(self, index: int, expected: int | None, now: datetime) -> None:
        self._require_editable(index, now)
        if self.checkouts[index].status == "incomplete":
            raise Refused(CheckoutIncomplete)
        self._require_total(index, expected)

    def _require_total(self, index: int, expected: int | None) -> None:
        if expected not in {None, self.total(index)}:
            raise Refused(TotalChanged)

    def _settle(self, index: int, kind: str, now: datetime) -> None:
        payment = self.payments[index]
        checkout = self.checkouts[payment.checkout]
        payment.learn(kind, now)
        if payment.order is None and payment.holds_money:
            self._spend(index, now)
        elif checkout.status in PAYING and index == self._latest(payment.checkout):
            if payment.step in {"declined", "voided"}:
                checkout.reopen()
            else:
                waits = payment.step == "requires_action"
                checkout.status = "requires_action" if waits else "completing"
        payment.give_back()

    def _spend(self, index: int, now: datetime) -> None:
        """Money without an order becomes one, or is returned."""
        payment = self.payments[index]
        checkout = self.checkouts[payment.checkout]
        if (
            payment.letting_go
            or payment.given_up
            or checkout.status in {"canceled", "completed", "incomplete"}
            or payment.amount != self.total(payment.checkout)
        ):
            payment.letting_go = True
            return
        try:
            self._place(payment.checkout, index, now)
            payment.order = len(self.orders) - 1
        except Refused:
            checkout.status, checkout.held = "expired", {}
            payment.letting_go = True

    def _place(self, index: int, payment: int, now: datetime) -> None:
        checkout = self.checkouts[index]
        missing = {
            sku: units - checkout.held.get(sku, 0)
            for sku, units in checkout.lines.items()
            if units > checkout.held.get(sku, 0)
        }
        self._require_free(missing, now)
        for sku, units in checkout.lines.items():
            self.on_hand[sku] -= units
        self._settle_cart(checkout)
        checkout.status, checkout.held = "completed", {}
        quote = self._quote(checkout)
        rests = {
            sku: self._charge(line.subtotal, line.taxes)
            for sku, line in zip(checkout.lines, quote.lines, strict=True)
        } | {None: self._charge(quote.totals.shipping, quote.shipping_taxes)}
        self.orders.append(Order(index, payment, checkout.lines, quote.totals.total, rests))

    def _charge(self, amount: int, taxes: Sequence[Entry]) -> Charge:
        """Return what is charged for a line or for shipping; nothing is discounted here."""
        parts = tuple(tax.amount for tax in taxes), tuple(tax.base or 0 for tax in taxes)
        return Charge(amount, (), *parts, tax_included=self.tax.included)

    def _settle_cart(self, checkout: Checkout) -> None:
        cart = self.carts[checkout.cart]
        if cart.status != "open":
            return
        if cart.version != checkout.cart_version:
            left = {sku: units - checkout.lines.get(sku, 0) for sku, units in cart.lines.items()}
            cart.lines = {sku: units for sku, units in left.items() if units > 0}
        if cart.version == checkout.cart_version or not cart.lines:
            cart.status = "ordered"
        cart.version += 1

    def _latest(self, checkout: int) -> int:
        return max(i for i, each in enumerate(self.payments) if each.checkout == checkout)

    # ---- orders

    def cancel_order(self, index: int) -> None:
        order = self.orders[index]
        if order.status != "open":
            raise Refused(InvalidTransition)
        order.status = "canceled"
        for sku, units in order.lines.items():
            self.on_hand[sku] += units - order.returned.get(sku, 0)
        self.payments[order.payment].letting_go = True
        self.payments[order.payment].give_back()

    def refund(
        self, index: int, amount: int | None, items: Mapping[str, int], *, restock: bool
    ) -> None:
        order = self.orders[index]
        payment = self.payments[order.payment]
        for sku, units in items.items():
            if units + order.refunded.get(sku, 0) > order.lines.get(sku, 0):
                raise Refused(RefundExceedsOrdered if sku in order.lines else UnknownItem)
        counted = {
            sku: (units, order.lines[sku] - order.refunded.get(sku, 0))
            for sku, units in items.items()
        }
        worth = sum(order.rests[sku].of_units(*each).amount for sku, each in counted.items())
        if amount is None and items:
            amount = worth
        left = payment.captured - payment.refunded
        if left <= 0 or (amount or 0) > left:
            raise Refused(RefundExceedsPaid)
        if restock:
            self._put_back(order, items)
        back = left if amount is None else amount
        # While more is due, money goes back for units alone.
        given = min(back, worth) if self._owed(order) else back
        for key, share in shares_of(order.rests, counted, given).items():
            order.rests[key] -= share
        payment.refunded += back
        for sku, units in items.items():
            order.refunded[sku] = order.refunded.get(sku, 0) + units
        self._complete_if_done(order)

    def capture(self, index: int, amount: int | None) -> None:
        order = self.orders[index]
        payment = self.payments[order.payment]
        if order.status == "canceled" or not payment.capturable:
            raise Refused(NothingToCapture)
        if (amount or 0) > payment.due:
            raise Refused(CaptureExceedsDue)
        payment.take(payment.due if amount is None else amount)
        self._complete_if_done(order)

    def _complete_if_done(self, order: Order) -> None:
        """Nothing is ever sent here: an order is done when it is paid and all was refunded."""
        payment = self.payments[order.payment]
        back = payment.status == "refunded" or order.refunded == order.lines
        paid = payment.status in {"paid", "partially_refunded", "refunded"}
        if order.status == "open" and paid and back and not self._owed(order):
            order.status = "completed"

    def _owed(self, order: Order) -> int:
        payment = self.payments[order.payment]
        kept = payment.captured - (payment.refunded if payment.capture == "offline" else 0)
        return max(0, order.total - kept - order.given_back)

    def _put_back(self, order: Order, items: Mapping[str, int]) -> None:
        """Canceling put back the rest."""
        gone = order.status == "canceled"
        for sku, units in items.items():
            back = order.lines[sku] if gone else order.returned.get(sku, 0)
            if back + units > order.lines[sku]:
                raise Refused(RestockExceedsOrdered)
            order.returned[sku] = back + units
            self.on_hand[sku] += units
