from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import Role
from accounts.models import EmailChange, TotpDevice, User
from accounts.services import anonymize_abandoned_data, ensure_user
from accounts.tasks import forget_abandoned, purge
from checkout.models import Checkout
from core.db.invariants import declared_checks, run_checks
from orders.models import Order
from tests.shop import (
    ADDRESS,
    DETAILS,
    MANUAL,
    complete,
    items,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
MARK = "zqxwv"
EMAIL = f"{MARK}@example.com"
MARKED = {
    **ADDRESS,
    "first_name": f"Ada {MARK}",
    "last_name": f"Lovelace {MARK}",
    "line1": f"12 {MARK} Square",
    "phone": "+44 20 7946 0958",
}
TRACES = [MARK, "SW1Y", "7946 0958", "203.0.113.77"]


def buy(client, email=EMAIL, complete=True):
    sku = stock_variants(prefix=f"S{Order.objects.count()}-{Checkout.objects.count()}")[0]
    cart = client.post("/api/v1/carts", {"items": [{"sku": sku, "quantity": 1}]}).json()
    headers = {"Cart-Token": cart["token"]} if "token" in cart else {}
    body = {"cart_id": cart["id"], **DETAILS, "email": email, "shipping_address": MARKED}
    consent = {"marketing": True, "source": f"Page of {MARK}"}
    body["buyer"] = {"first_name": MARK, "phone": "+44 20 7946 0958", "consent": consent}
    checkout = client.post("/api/v1/checkouts", body, headers=headers).json()
    if complete:
        path = f"/api/v1/checkouts/{checkout['id']}/complete"
        assert client.post(path, MANUAL, headers=headers).status_code == 201
    return checkout


@pytest.fixture
def ada(client, client_of, run_jobs):
    """A person who has left a trace wherever one can."""
    offer_shipping()
    buy(client)
    ada = client_of(email=EMAIL)
    credentials = {"email": EMAIL, "password": PASSWORD}
    client.post(
        "/api/v1/auth/token",
        credentials,
        headers={"User-Agent": f"{MARK}/1.0"},
        REMOTE_ADDR="203.0.113.77",
    )
    client.post("/api/v1/auth/register", credentials)
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    User.objects.filter(pk=ada.user_id).update(email_verified_at=timezone.now())
    ada.patch("/api/v1/me", {"first_name": f"Ada {MARK}"})
    ada.post("/api/v1/me/addresses", MARKED, headers={"Idempotency-Key": "k"})
    ada.post("/api/v1/me/email", {"new_email": f"new-{MARK}@example.com", "password": PASSWORD})
    buy(ada)
    buy(ada, complete=False)
    LogEntry.objects.create(
        user_id=ensure_user(email="root@example.com", password=PASSWORD, role=Role.ADMIN).pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(ada.user_id),
        object_repr=EMAIL,
        action_flag=CHANGE,
        change_message=f"Changed {MARK}",
    )
    return ada


def rows_with_a_trace() -> list[str]:
    """Every row of every table whose text holds something that tells who it was."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            for trace in TRACES:
                cursor.execute(
                    f'SELECT t::text FROM "{table}" t WHERE t::text ILIKE %s', [f"%{trace}%"]
                )
                found += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return found


def assert_only_invoices_tell() -> None:
    """An invoice is kept whole, as the law asks, with the name and address that it needs."""
    rows = rows_with_a_trace()
    assert {row.split(":")[0] for row in rows} == {"invoices_invoice"}
    assert [row for row in rows if "7946 0958" in row] == []


def test_the_scan_finds_the_person_before(ada):
    tables = {row.split(":")[0] for row in rows_with_a_trace()}
    assert tables >= {
        "accounts_user",
        "accounts_refreshsession",
        "accounts_savedaddress",
        "accounts_emailchange",
        "checkout_checkout",
        "orders_order",
        "django_admin_log",
    }


def test_erasure_leaves_no_trace_but_in_invoices_which_the_law_keeps(ada, client):
    totals = list(Order.objects.order_by("id").values_list("number", "total", "tax"))
    assert len(totals) == 2
    assert ada.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204
    assert_only_invoices_tell()
    assert list(Order.objects.order_by("id").values_list("number", "total", "tax")) == totals
    assert {o.shipping_address["country_code"] for o in Order.objects.all()} == {"GB"}
    login = client.post("/api/v1/auth/token", {"email": EMAIL, "password": PASSWORD})
    assert login.status_code == 401
    assert ada.get("/api/v1/me").status_code == 401


def test_an_erased_address_can_be_registered_again(ada, client):
    ada.delete("/api/v1/me", {"password": PASSWORD})
    client.post("/api/v1/auth/register", {"email": EMAIL, "password": PASSWORD})
    assert User.objects.filter(email=EMAIL).exclude(pk=ada.user_id).exists()


def test_erasing_asks_for_the_password_again(ada):
    response = ada.delete("/api/v1/me", {"password": "wrong"})
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_credentials"
    assert ada.delete("/api/v1/me", {}).status_code == 400
    assert User.objects.filter(email=EMAIL).exists()


def test_an_unproved_address_neither_reads_nor_erases_what_guests_left_under_it(ada):
    User.objects.filter(pk=ada.user_id).update(email_verified_at=None)
    assert len(ada.get("/api/v1/me/export").json()["orders"]) == 1
    ada.delete("/api/v1/me", {"password": PASSWORD})
    guest_order = Order.objects.get(customer=None)
    assert guest_order.email == EMAIL


def test_an_export_holds_everything_about_the_person(ada):
    response = ada.get("/api/v1/me/export")
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="personal-data.json"'
    body = response.json()
    assert body["account"]["email"] == EMAIL
    assert body["addresses"][0]["line1"] == MARKED["line1"]
    assert body["addresses"][0]["default_shipping"] is True
    assert body["email_change"]["new_email"] == f"new-{MARK}@example.com"
    assert (body["api_keys"], body["account"]["second_factor_since"]) == ([], None)
    assert {each["ip_address"] for each in body["sessions"]} >= {"203.0.113.77"}
    assert [order["email"] for order in body["orders"]] == [EMAIL] * 2
    assert [len(order["invoices"]) for order in body["orders"]] == [1, 1]
    assert len(body["checkouts"]) == 3
    assert [len(cart["items"]) for cart in body["carts"]] == [1, 1]


def test_no_other_letter_counts_as_the_same_address(client):
    """PostgreSQL's upper case of a long s is an S."""
    other = "ſam@shop.example"
    offer_shipping()
    order = new_order(client, stock_variants(prefix="ORDERED"), email="sam@shop.example")
    mallory = client.post("/api/v1/auth/register", {"email": other, "password": PASSWORD})
    assert (mallory.status_code, mallory.json()["errors"][0]["code"]) == (
        400,
        "local_part_not_ascii",
    )
    with pytest.raises(IntegrityError, match="accounts_email_in_ascii"), transaction.atomic():
        User.objects.create_user(other)
    assert Order.objects.get(number=order["number"]).email == "sam@shop.example"


def test_an_address_is_the_same_in_any_case(client, client_of):
    offer_shipping()
    sam = client_of(email="sam@shop.example")
    new_order(client, stock_variants(), email="SAM@Shop.example")
    User.objects.filter(pk=sam.user_id).update(email_verified_at=timezone.now())
    assert len(sam.get("/api/v1/me/export").json()["orders"]) == 1


def test_an_export_tells_of_keys_and_mfa_but_no_secret(client_of):
    manager = client_of(Role.MANAGER, EMAIL)
    key = {"name": "till", "scopes": ["stock:read"]}
    secret = manager.post("/api/v1/api-keys", key).json()["key"]
    begun = manager.post("/api/v1/me/mfa", {"password": PASSWORD}).json()["secret"]
    since = timezone.now()
    TotpDevice.objects.update(confirmed_at=since)
    User.objects.update(last_login=since)
    response = manager.get("/api/v1/me/export")
    (told,) = response.json()["api_keys"]
    assert told.items() >= key.items()
    assert {"created_at", "expires_at", "last_used_at", "revoked_at"} <= told.keys()
    account = response.json()["account"]
    assert account["second_factor_since"] == account["last_login"]
    assert account["last_login"] is not None
    assert not [word for word in (secret, secret[:12], begun) if word in response.content.decode()]


def test_the_name_of_a_key_is_erased_with_its_owner(client_of):
    manager = client_of(Role.MANAGER)
    key = {"name": f"Till of {MARK}", "scopes": ["stock:read"]}
    assert manager.post("/api/v1/api-keys", key).status_code == 201
    assert manager.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204
    assert rows_with_a_trace() == []


def test_a_change_of_address_that_nobody_can_confirm_any_longer_is_forgotten(client_of):
    body = {"new_email": "third@example.com", "password": PASSWORD}
    client_of().post("/api/v1/me/email", body)
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        purge.func(timestamp=0)
    assert EmailChange.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        purge.func(timestamp=0)
    assert not EmailChange.objects.exists()


def test_an_export_holds_nothing_of_anybody_else(ada, client_of):
    assert MARK not in client_of().get("/api/v1/me/export").content.decode()


def test_what_a_guest_abandoned_is_forgotten_and_what_was_ordered_is_kept(client):
    offer_shipping()
    buy(client)
    buy(client, complete=False)
    assert anonymize_abandoned_data(before=timezone.now() - timedelta(days=1)) == 0
    Checkout.objects.update(updated_at=timezone.now() - timedelta(days=100))
    forget_abandoned.func(timestamp=0)
    abandoned = Checkout.objects.get(order=None)
    assert (abandoned.email, abandoned.shipping_address) == ("", None)
    assert Checkout.objects.exclude(order=None).get().email == EMAIL
    assert anonymize_abandoned_data(before=timezone.now()) == 0


def test_reasons_are_erased_wherever_they_were_written_down(client_of):
    offer_shipping()
    grace, support = client_of(), client_of(Role.SUPPORT)
    reason = {"reason": f"{MARK} has moved"}
    unpaid = new_order(grace, stock_variants(prefix="UNPAID"))
    paid, refunded, sent = (new_paid_order(grace, sku) for sku in ("PAID", "REFUNDED", "SENT"))
    for number in (unpaid["number"], paid):
        assert grace.post(f"/api/v1/orders/{number}/cancel", reason).status_code == 200
    refund = {**reason, "items": items(["REFUNDED-0"]), "restock": True}
    assert support.post(f"/api/v1/orders/{refunded}/refunds", refund).status_code == 201
    assert client_of(Role.FULFILLMENT).post(f"/api/v1/orders/{sent}/fulfillments", {}).json()
    asked = {**reason, "items": items(["SENT-0"])}
    assert grace.post(f"/api/v1/orders/{sent}/returns", asked).status_code == 201
    assert {row.split(":")[0] for row in rows_with_a_trace()} >= {
        "orders_return",
        "orders_order",
        "events_event",
        "inventory_movement",
        "payments_operation",
    }
    assert grace.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204
    assert_only_invoices_tell()
    found = run_checks(declared_checks(), now=timezone.now())
    assert [finding for finding in found if finding.violations] == []


def new_paid_order(buyer, prefix):
    checkout = new_checkout(buyer, stock_variants(prefix=prefix))
    done = complete(buyer, checkout, payment={"provider": "test", "token": "tok_success"})
    return done.json()["order"]["number"]


def test_an_export_costs_the_same_for_one_order_and_for_many(client_of):
    offer_shipping()
    ada, skus, counts = client_of(email=EMAIL), stock_variants(), []
    for _ in range(3):
        new_order(ada, skus)
        with CaptureQueriesContext(connection) as seen:
            assert ada.get("/api/v1/me/export").status_code == 200
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts
