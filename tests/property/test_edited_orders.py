"""Random edits of one order, with money that comes and goes in between: what always holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from core.caller import Caller
from core.db.invariants import declared_checks, run_checks
from core.errors import CongoCartError
from core.items import ItemRequest
from core.money import Money
from inventory.models import Stock
from invoices.selectors import invoices_of
from orders import services
from orders.models import Order
from orders.selectors import order_for
from tests.promotions import offer
from tests.shop import complete, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
STAFF = Caller(roles=frozenset({"support", "manager"}))
SKUS = ["SKU-0", "SKU-1", "SKU-2"]
STOCK = 12

lines = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 7), min_size=1)
steps = st.one_of(
    st.tuples(st.just("edit"), lines),
    st.tuples(st.just("edit"), lines),
    st.tuples(st.just("send"), st.integers(1, 2)),
    st.tuples(st.just("capture"), st.none()),
)
ENDS = ["keep", "cancel", "refund all", "refund units", "refund a part"]


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    bought=lines,
    paid_by=st.sampled_from(["manual", "automatic", "authorized"]),
    included=st.booleans(),
    with_offer=st.booleans(),
    program=st.lists(steps, min_size=1, max_size=5),
    end=st.sampled_from(ENDS),
)
def test_an_order_is_what_its_edits_and_its_money_say(
    bought: dict[str, int],
    paid_by: str,
    included: bool,
    with_offer: bool,
    program: list[tuple[str, Any]],
    end: str,
) -> None:
    capture = "manual" if paid_by == "authorized" else "automatic"
    shop = override_settings(
        PAYMENT_CAPTURE=capture, TAX_RATE=Decimal("0.2"), PRICES_INCLUDE_TAX=included
    )
    with shop, _undone():
        number = _buy(bought, paid_by=paid_by, with_offer=with_offer)
        for step, wanted in program:
            _try(step, number, wanted)
            _check(number)
        assert _violated() == []
        _end(end, number)
        assert _violated() == []


@contextmanager
def _undone() -> Iterator[None]:
    """A use case may be the outermost one inside it; all of it is rolled back."""
    program = transaction.atomic()
    program._from_testcase = True
    with program:
        yield
        transaction.set_rollback(True)


def _buy(bought: dict[str, int], *, paid_by: str, with_offer: bool) -> str:
    offer_shipping()
    stock_variants(len(SKUS), stock=STOCK)
    if with_offer:
        offer(conditions={"min_subtotal": {"amount": 4_000, "currency": "GBP"}}, usage_limit=1)
    buyer = APIClient()
    buyer.default_format = "json"
    payment = {"provider": "manual"} if paid_by == "manual" else {
        "provider": "test", "token": "tok_success",
    }  # fmt: skip
    checkout = new_checkout(buyer, [SKUS[0]], bought.get(SKUS[0], 1))
    return str(complete(buyer, checkout, payment=payment).json()["order"]["number"])


def _refusal_of(act: Callable[[], object]) -> str:
    """The code of what refuses it, or nothing."""
    try:
        act()
    except CongoCartError as refusal:
        return refusal.code
    return ""


def _try(step: str, number: str, wanted: Any) -> None:
    how: dict[str, Any] = {"caller": STAFF, "number": number, "now": timezone.now()}
    if step == "edit":
        assert _refusal_of(lambda: _edit(wanted, how)) in {
            "", "edit_changes_nothing", "insufficient_stock", "items_stay", "invalid_transition",
        }  # fmt: skip
    elif step == "send":
        line = order_for(caller=STAFF, number=number).lines.all()[0]
        assert _refusal_of(lambda: services.fulfill_order(**how, items={line.sku: wanted})) in {
            "", "fulfillment_exceeds_ordered",
        }  # fmt: skip
    else:
        assert _refusal_of(lambda: services.capture_payment(**how)) in {"", "nothing_to_capture"}


def _edit(wanted: dict[str, int], how: dict[str, Any]) -> None:
    """What the preview has told is what is done, once."""
    requested = [ItemRequest(sku, count) for sku, count in wanted.items()]
    told = services.preview_edit(**how, requested=requested)
    expected = Money(told.order.total, told.order.currency)
    order = services.edit_order(
        **how, requested=requested, expected_total=expected, expected_versions={told.version}
    )
    assert (told.order.amounts(), told.order.due) == (order.amounts(), order.due)
    assert {line.sku: line.quantity for line in order.lines.all()} == wanted


def _check(number: str) -> None:
    """The parts are the whole, no unit is lost, and what is kept and what is due are the total."""
    order = order_for(caller=STAFF, number=number)
    ordered = order.lines.all()
    assert order.subtotal == sum(line.unit_price * line.quantity for line in ordered)
    assert order.discount == sum(line.discount for line in ordered)
    left = Stock.objects.aggregate(units=Sum("on_hand"))["units"]
    assert left + sum(line.quantity for line in ordered) == STOCK * len(SKUS)
    kept = sum(payment.captured - payment.refunded for payment in order.payments.all())
    assert (kept + order.due, order.refundable) == (order.total, kept)
    assert _invoiced(order) in {None, order.total}


def _end(end: str, number: str) -> None:
    order, how = Order.objects.get(number=number), {"caller": STAFF, "now": timezone.now()}
    first = order.lines.order_by("position")[0]
    part = Money(max(1, order.refundable * 2 // 3), order.currency)
    refund, cancel = services.refund_order, services.cancel_order
    acts: dict[str, Callable[..., object]] = {
        "keep": lambda **_: None,
        "cancel": partial(cancel, reason=""),
        "refund all": refund,
        "refund units": partial(refund, items={first.sku: 1}, restock_items=True),
        "refund a part": partial(refund, amount=part),
    }
    assert _refusal_of(partial(acts[end], number=number, **how)) in {
        "", "refund_exceeds_paid", "invalid_transition",
    }  # fmt: skip

    order = order_for(caller=STAFF, number=number)
    given_back = sum(item.amount for item in order.given_back)
    left = 0 if order.status == "canceled" else order.total - given_back
    assert _invoiced(order) in {None, left}


def _invoiced(order: Order) -> int | None:
    """What invoices say less what credit notes do; None before the first."""
    issued = list(invoices_of(order.id))
    signs = {"invoice": 1, "credit_note": -1}
    return sum(signs[each.kind] * each.gross for each in issued) if issued else None


def _violated() -> list[str]:
    found = run_checks(declared_checks(), now=timezone.now(), examples=2)
    return [str(each) for each in found if each.violations]
