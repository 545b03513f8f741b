"""What the worker does by itself, and that each clean-up takes what is over and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from procrastinate.contrib.django import app
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import LoginFailures, RefreshSession, User
from accounts.services import ensure_user
from carts.models import Cart
from checkout.models import Checkout
from core.http.models import HitCount, IdempotencyKey
from staff.models import PersonalDataAccess
from tests.shop import new_cart, new_checkout, offer_shipping, pay, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def run_at() -> Callable[[str, datetime], None]:
    """Runs a periodic job by its name, as a worker would at another time."""

    def run(name: str, moment: datetime) -> None:
        with time_machine.travel(moment, tick=False):
            app.tasks[name].func(timestamp=0)

    return run


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def ada() -> User:
    return ensure_user(email="ada@example.com", password="x", role=Role.CUSTOMER)


def test_the_worker_knows_these_jobs_and_when_to_run_them():
    jobs = app.periodic_registry.periodic_tasks.values()
    known = {each.task.name: each.cron for each in jobs}
    assert {name: cron for name, cron in known.items() if not name.startswith("tests.")} == {
        "accounts.tasks.forget_abandoned": "23 3 * * *",
        "accounts.tasks.purge": "17 * * * *",
        "carts.tasks.expire_carts": "7 * * * *",
        "catalog.tasks.remove_orphaned_images": "17 3 * * *",
        "checkout.tasks.check_vat_numbers": "* * * * *",
        "checkout.tasks.expire_checkouts": "* * * * *",
        "checkout.tasks.recover_payments": "* * * * *",
        "core.http.tasks.purge_hit_counts": "*/20 * * * *",
        "core.http.tasks.purge_idempotency_keys": "17 * * * *",
        "orders.tasks.complete_orders": "*/5 * * * *",
        "payments.tasks.announce_stuck_payments": "*/5 * * * *",
        "pricing.tasks.forget_provided_taxes": "17 3 * * *",
        "staff.tasks.purge": "17 * * * *",
    }


def test_reservations_that_ran_out_are_given_back(client: APIClient, run_at, now):
    offer_shipping()
    checkout = new_checkout(client, stock_variants(stock=5))
    run_at("checkout.tasks.expire_checkouts", now + timedelta(minutes=14))
    assert stock_of("SKU-0") == (5, 1)
    run_at("checkout.tasks.expire_checkouts", now + timedelta(minutes=16))
    assert stock_of("SKU-0") == (5, 0)
    assert Checkout.objects.get(pk=checkout["id"]).status == "expired"


def test_payments_without_an_answer_are_asked_about(client: APIClient, run_at, now):
    offer_shipping()
    assert pay(client, new_checkout(client, stock_variants()), "tok_timeout").status_code == 202
    run_at("checkout.tasks.recover_payments", now + timedelta(minutes=2))
    assert Checkout.objects.get().status == "completed"


def test_carts_that_ran_out_are_marked(client: APIClient, run_at, now):
    new_cart(client, stock_variants())
    run_at("carts.tasks.expire_carts", now + timedelta(days=29))
    assert Cart.objects.get().status == "open"
    run_at("carts.tasks.expire_carts", now + timedelta(days=31))
    assert Cart.objects.get().status == "expired"


def test_idempotency_keys_go_after_a_day(client: APIClient, run_at, now):
    client.post("/api/v1/carts", {}, headers={"Idempotency-Key": "once"})
    run_at("core.http.tasks.purge_idempotency_keys", now + timedelta(hours=23))
    assert IdempotencyKey.objects.exists()
    run_at("core.http.tasks.purge_idempotency_keys", now + timedelta(hours=25))
    assert not IdempotencyKey.objects.exists()


def test_counts_of_windows_that_are_over_go(run_at, now):
    HitCount.objects.create(key="over", hits=1, expires_at=now - timedelta(seconds=1))
    HitCount.objects.create(key="live", hits=1, expires_at=now + timedelta(minutes=1))
    run_at("core.http.tasks.purge_hit_counts", now)
    assert HitCount.objects.get().key == "live"


def test_sessions_go_when_they_can_be_refreshed_no_longer(client_of, run_at, now):
    client_of()
    run_at("accounts.tasks.purge", now + timedelta(days=29))
    assert RefreshSession.objects.exists()
    run_at("accounts.tasks.purge", now + timedelta(days=31))
    assert not RefreshSession.objects.exists()


def test_records_of_access_to_personal_data_are_kept_as_long_as_the_shop_says(
    ada, run_at, now, settings
):
    settings.AUDIT_DAYS = 100
    for name, days in (("old", 101), ("recent", 99)):
        PersonalDataAccess.objects.create(
            actor=ada, operation=name, path="/", request_id="", at=now - timedelta(days=days)
        )
    run_at("staff.tasks.purge", now)
    assert PersonalDataAccess.objects.get().operation == "recent"


def test_failed_logins_are_forgotten(client: APIClient, ada, run_at, now):
    client.post("/api/v1/auth/token", {"email": ada.email, "password": "wrong"})
    assert LoginFailures.objects.exists()
    run_at("accounts.tasks.purge", now + timedelta(minutes=1))
    assert LoginFailures.objects.exists()
    run_at("accounts.tasks.purge", now + timedelta(days=2))
    assert not LoginFailures.objects.exists()
