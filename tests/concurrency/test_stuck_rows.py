"""A session locks the stock of one variant and does nothing: the rest of the shop goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from accounts.domain import Role
from checkout.models import Checkout
from checkout.services import abandon_payments, expire_checkouts
from core.db.timeouts import TIMEOUTS
from inventory.models import Stock
from tests.concurrency.racing import at_once, code_of, later, shopper, value
from tests.shop import new_cart, new_checkout, offer_shipping, pay, stock_of, stock_variants

pytestmark = pytest.mark.django_db(transaction=True)

# For a row that others wait for, too.
LOCK_SECONDS = 2
WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def lock_timeout() -> str:
    return TIMEOUTS["lock_timeout"]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3, stock=200)


@contextmanager
def locked(sku: str) -> Iterator[None]:
    """Someone has the stock of `sku` locked and does not go on."""
    has_it, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT FROM inventory_stock JOIN catalog_variant ON id = variant_id"
                " WHERE sku = %s FOR UPDATE OF inventory_stock",
                [sku],
            )
            has_it.set()
            may_go.wait(60)
            cursor.execute("ROLLBACK")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert has_it.wait(10)
    try:
        yield
    finally:
        may_go.set()
        holder.join()


def lapsed(*skus: str, minutes_ago: int) -> str:
    """A checkout whose reservation ran out so long ago."""
    checkout = new_checkout(shopper(), skus)
    then = timezone.now() - timedelta(minutes=minutes_ago)
    Checkout.objects.filter(pk=checkout["id"]).update(reservation_expires_at=then)
    return str(checkout["id"])


def status(checkout_id: str) -> str:
    return Checkout.objects.get(pk=checkout_id).status


def seconds_of(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def test_expiry_waits_once_for_stuck_stock_and_ends_all_others() -> None:
    stuck = [lapsed("SKU-0", minutes_ago=60) for _ in range(12)]
    both = lapsed("SKU-0", "SKU-1", minutes_ago=90)
    others = [lapsed("SKU-1", minutes_ago=30), lapsed("SKU-2", minutes_ago=1)]

    with locked("SKU-0"):
        assert seconds_of(lambda: expire_checkouts(now=timezone.now())) < LOCK_SECONDS
        assert {status(each) for each in [*stuck, both]} == {"ready"}
        assert {status(each) for each in others} == {"expired"}
        assert stock_of("SKU-2") == (200, 0)

    assert expire_checkouts(now=timezone.now()) == 13
    assert stock_of("SKU-0") == stock_of("SKU-1") == (200, 0)


def test_abandoning_waits_once_for_stuck_stock_and_ends_all_others() -> None:
    waiting = [awaiting_buyer("SKU-0") for _ in range(6)]
    other = awaiting_buyer("SKU-1")
    now = timezone.now() + timedelta(hours=1)

    with locked("SKU-0"):
        assert seconds_of(lambda: abandon_payments(now=now)) < LOCK_SECONDS
        assert status(other) == "expired"
    assert {status(each) for each in waiting} == {"requires_action"}


def awaiting_buyer(sku: str) -> str:
    checkout = new_checkout(client := shopper(), [sku])
    assert pay(client, checkout, "tok_requires_action").status_code == 202
    return str(checkout["id"])


def begin(client: Any, cart: dict[str, Any]) -> tuple[Any, float]:
    started = time.monotonic()
    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"]})
    return response, time.monotonic() - started


def test_half_of_the_threads_wait_two_seconds_and_the_others_are_refused_at_once() -> None:
    carts = [(client := shopper(), new_cart(client, ["SKU-0"])) for _ in range(6)]
    with override_settings(SERVER_THREADS=4), locked("SKU-0"):
        first = [partial(begin, client, cart) for client, cart in carts[:4]]
        late = [later(0.7, begin, client, cart) for client, cart in carts[4:]]
        *told, waiting = at_once(*first, *late, later(0.7, value, WAITING))

    seconds = [took for _, took in told[:4]]
    assert waiting == 2
    assert [code_of(response) for response, _ in told] == ["resource_busy"] * 6
    assert {response["Retry-After"] for response, _ in told} == {"1"}
    assert sorted(seconds)[1] < 0.9
    assert sorted(seconds)[2] > 0.9
    assert max(seconds) < LOCK_SECONDS + 0.5
    assert max(took for _, took in told[4:]) < 0.5


def test_a_row_that_moves_refuses_nobody() -> None:
    """Each is locked for longer than a stuck line is waited for, all together."""
    carts = [(client := shopper(), new_cart(client, ["SKU-0"])) for _ in range(8)]
    with override_settings(SERVER_THREADS=4):
        told = at_once(*[partial(begin, client, cart) for client, cart in carts], slowly_locked)

    assert [code_of(response) for response, _ in told[:8]] == ["201"] * 8
    assert stock_of("SKU-0") == (200, 8)


def slowly_locked() -> None:
    """Takes the row again and again, for a moment."""
    for _ in range(10):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; UPDATE inventory_stock SET on_hand = on_hand")
            cursor.execute("SELECT pg_sleep(0.1); COMMIT")


def test_other_rows_have_lines_of_their_own() -> None:
    carts = [(client := shopper(), new_cart(client, ["SKU-0"])) for _ in range(4)]
    other = shopper()
    free = new_cart(other, ["SKU-1"])
    with override_settings(SERVER_THREADS=4), locked("SKU-0"):
        *_, (response, took) = at_once(
            *[partial(begin, client, cart) for client, cart in carts],
            later(0.5, begin, other, free),
        )
    assert response.status_code == 201
    assert took < 1


def test_adjusting_stuck_stock_is_refused_in_time(client_of: Callable[..., Any]) -> None:
    clerk = client_of(Role.MANAGER)
    url = "/api/v1/variants/SKU-0/stock-adjustments"
    with locked("SKU-0"):
        started = time.monotonic()
        response = clerk.post(url, {"delta": 1, "reason": "counted"})
    assert code_of(response) == "resource_busy"
    assert time.monotonic() - started < LOCK_SECONDS
    assert Stock.objects.filter(on_hand=200).count() == 3
