from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import User
from catalog.models import Price, Product, Variant
from checkout.models import Checkout, DraftOrder
from checkout.privacy import anonymize_abandoned
from checkout.services import DraftChanges, create_draft, expire_checkouts
from core.caller import Caller
from core.errors import Forbidden
from core.ids import uuid7
from core.items import ItemRequest
from events.models import Event
from inventory.models import Reservation, Stock
from orders.models import Order
from payments.models import Payment
from tests.promotions import offer
from tests.shop import DETAILS, complete, items, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
DRAFTS = "/api/v1/draft-orders"
WANTED = {"items": items(["SKU-0", "SKU-1"], 2), **DETAILS}
GBP_4397 = {"amount": 4_397, "currency": "GBP"}  # 2 at £10.00, 2 at £10.01, £3.95


@pytest.fixture
def support(client_of) -> APIClient:
    stock_variants(2)
    offer_shipping()
    return client_of(Role.SUPPORT)


def new_draft(support: APIClient, **values: Any) -> dict[str, Any]:
    response = support.post(DRAFTS, {**WANTED, **values})
    assert response.status_code == 201, response.content
    return dict(response.json())


def act(support: APIClient, draft: dict[str, Any], name: str, *, version: int = 0, **body: Any):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return support.post(f"{DRAFTS}/{draft['id']}/{name}", body, headers=headers)


def change(support: APIClient, draft: dict[str, Any], *, version: int = 0, **body: Any):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return support.patch(f"{DRAFTS}/{draft['id']}", body, headers=headers)


def link(run_jobs) -> re.Match[str]:
    """Run the jobs; the link of the latest mail, as the parts that its buyer needs."""
    run_jobs()
    message = mail.outbox[-1]
    assert message.to == ["ada@example.com"]
    found = re.search(r"/checkouts/(?P<id>[0-9a-f-]+)\?token=(?P<token>\w+)", str(message.body))
    assert found
    return found


def buyer_by(found: re.Match[str]) -> APIClient:
    client = APIClient()
    client.default_format = "json"
    client.credentials(HTTP_CART_TOKEN=found["token"])
    return client


def test_a_draft_is_priced_like_a_checkout_and_holds_nothing(support):
    offer("TENTH", action={"type": "percent", "percent": "10", "target": "order"})
    draft = new_draft(support, codes=["TENTH"], note="By phone.", language="de")

    assert (draft["status"], draft["note"], draft["language"]) == ("draft", "By phone.", "de")
    assert draft["created_by"] == str(support.user_id)
    assert draft["totals"]["discount"]["amount"] == 400
    assert draft["totals"]["total"]["amount"] == 4_397 - 400
    assert [each["code"] for each in draft["shipping_methods"]] == ["standard", "express"]
    assert draft["reservation_expires_at"] is None
    assert not Reservation.objects.exists()
    assert not Stock.objects.filter(reserved__gt=0).exists()
    assert support.get(f"{DRAFTS}/{draft['id']}").json() == draft
    listed = support.get(DRAFTS).json()["results"]
    assert [(each["id"], each["total"]["amount"]) for each in listed] == [(draft["id"], 3_997)]


def test_a_draft_is_changed_at_the_prices_of_the_moment(support):
    draft = new_draft(support)
    Price.objects.filter(variant__sku="SKU-0", currency="GBP").update(amount=500)

    changed = change(support, draft, note="Called back.", shipping_method="express").json()
    assert changed["note"] == "Called back."
    assert changed["totals"]["subtotal"]["amount"] == 2 * 500 + 2 * 1_001
    assert changed["totals"]["shipping"]["amount"] == 995
    fewer = change(support, draft, items=items(["SKU-1"]), email=None).json()
    assert [line["sku"] for line in fewer["items"]] == ["SKU-1"]
    assert fewer["email"] is None
    assert [message["code"] for message in fewer["messages"]] == ["email_required"]


def test_placing_a_draft_makes_an_order_on_invoice_by_staff(support, client_of):
    draft = new_draft(support)
    done = act(support, draft, "complete", expected_total=GBP_4397)

    assert done.status_code == 201, done.content
    order = Order.objects.get()
    assert done.json()["order"]["number"] == order.number
    assert (order.total, order.email, order.payment_status) == (4_397, "ada@example.com", "pending")
    assert (Payment.objects.get().provider, Payment.objects.get().order_id) == ("manual", order.pk)
    placed = Event.objects.get(type="order.placed")
    assert (placed.actor_kind, placed.actor_id) == ("staff", support.user_id)
    assert Stock.objects.get(variant__sku="SKU-0").on_hand == 98
    again = act(support, draft, "complete")
    assert (again.status_code, again.json()) == (200, done.json())
    assert support.get(f"{DRAFTS}/{draft['id']}").json()["order"] == done.json()["order"]
    assert change(support, draft, note="Late").json()["code"] == "checkout_completed"


def test_the_buyer_completes_what_was_sent_by_its_link(support, run_jobs):
    draft = new_draft(support, language="de")
    sent = act(support, draft, "send", expected_total=GBP_4397)

    assert (sent.status_code, sent.json()["status"]) == (200, "ready"), sent.content
    week = timezone.now() + timedelta(days=7)
    held = Reservation.objects.get(stock__variant__sku="SKU-0")
    assert (held.quantity, abs(held.expires_at - week) < timedelta(minutes=1)) == (2, True)
    found = link(run_jobs)
    assert mail.outbox[-1].subject == "Ihre Bestellung bei CongoCart kann bezahlt werden"
    buyer = buyer_by(found)
    shown = buyer.get(f"/api/v1/checkouts/{found['id']}").json()
    assert (shown["status"], shown["totals"]["total"]["amount"]) == ("ready", 4_397)
    assert "note" not in shown
    payment = {"provider": "test", "token": "tok_success"}
    done = complete(buyer, shown, payment=payment)
    assert done.status_code == 201, done.content
    number = done.json()["order"]["number"]
    assert buyer.get(f"/api/v1/orders/{number}").json()["payment_status"] == "paid"
    assert Event.objects.get(type="order.placed").actor_kind == "buyer"
    assert act(support, draft, "complete").json()["order"]["number"] == number
    assert act(support, draft, "send").json()["code"] == "checkout_completed"


def test_what_was_sent_keeps_its_prices_and_is_placed_by_staff_all_the_same(support, run_jobs):
    draft = new_draft(support)
    act(support, draft, "send")
    Price.objects.filter(currency="GBP").update(amount=1)
    assert change(support, draft, note="Pays by transfer.").json()["totals"]["total"] == GBP_4397
    assert act(support, draft, "complete", expected_total=GBP_4397).status_code == 201
    assert run_jobs() > 0
    assert [message.subject for message in mail.outbox if "ready" in message.subject] == []


def test_sending_again_mails_the_same_link(support, run_jobs):
    draft = new_draft(support)
    act(support, draft, "send")
    first = link(run_jobs)
    assert act(support, draft, "send").status_code == 200
    assert link(run_jobs)["token"] == first["token"]
    assert len(mail.outbox) == 2


def test_a_changed_price_is_told_before_anything_happens(support):
    draft = new_draft(support)
    Price.objects.filter(variant__sku="SKU-0", currency="GBP").update(amount=1_100)
    for action in ("send", "complete"):
        refused = act(support, draft, action, expected_total=GBP_4397)
        assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")
        assert refused.json()["total"]["amount"] == 4_597
    assert not Order.objects.exists()
    assert not Reservation.objects.exists()
    assert support.get(f"{DRAFTS}/{draft['id']}").json()["status"] == "draft"
    assert change(support, draft).json()["totals"]["total"]["amount"] == 4_597
    wrong = act(support, draft, "complete", expected_total={"amount": 1, "currency": "EUR"})
    assert wrong.json()["errors"][0]["pointer"] == "/expected_total/currency"


@pytest.mark.parametrize("action", ["send", "complete"])
def test_stock_that_is_gone_leaves_the_draft_as_it_was(support, action):
    draft = new_draft(support)
    Stock.objects.filter(variant__sku="SKU-1").update(on_hand=1)
    refused = act(support, draft, action)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    assert refused.json()["items"] == [{"sku": "SKU-1", "requested": 2, "available": 1}]
    assert support.get(f"{DRAFTS}/{draft['id']}").json() == draft
    assert not Reservation.objects.exists()


def test_a_line_that_is_no_longer_for_sale_is_named(support):
    draft = new_draft(support)
    Variant.objects.filter(sku="SKU-1").update(deleted_at=timezone.now())
    refused = act(support, draft, "complete")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/items/1/sku"]


def test_a_used_up_code_is_told_before_anything_happens(support):
    offer("ONCE", usage_limit=1)
    drafts = [new_draft(support, codes=["ONCE"]) for _ in range(2)]
    assert act(support, drafts[0], "send").status_code == 200
    refused = act(support, drafts[1], "complete")
    assert (refused.status_code, refused.json()["codes"]) == (409, ["ONCE"])
    assert change(support, drafts[1], codes=[]).json()["coupons"] == []
    assert act(support, drafts[1], "complete").status_code == 201


def test_an_incomplete_draft_is_sent_to_be_filled_in_and_not_placed(support):
    draft = new_draft(support, shipping_address=None, shipping_method=None)
    refused = act(support, draft, "complete")
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_incomplete")
    assert act(support, draft, "send").json()["status"] == "incomplete"


def test_a_draft_without_an_address_is_not_sent(support):
    draft = new_draft(support, email=None)
    refused = act(support, draft, "send")
    assert (refused.status_code, refused.json()["code"]) == (409, "email_missing")
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("action", ["send", "complete", "cancel"])
def test_the_second_of_two_tabs_is_told_that_the_draft_has_changed(support, action):
    draft = new_draft(support)
    assert change(support, draft, version=draft["version"], note="First tab").status_code == 200
    assert change(support, draft, version=draft["version"], note="Second").status_code == 412
    assert act(support, draft, action, version=draft["version"]).status_code == 412
    assert DraftOrder.objects.get().note == "First tab"


def test_a_sent_draft_that_lapsed_is_over(support, run_jobs):
    draft = new_draft(support)
    act(support, draft, "send")
    found = link(run_jobs)
    Checkout.objects.update(reservation_expires_at=timezone.now())
    for action in ("send", "complete"):
        assert act(support, draft, action).json()["code"] == "checkout_expired"
    assert complete(buyer_by(found), {"id": found["id"]}).json()["code"] == "checkout_expired"
    assert expire_checkouts(now=timezone.now()) == 1
    assert Stock.objects.get(variant__sku="SKU-0").reserved == 0
    assert support.get(f"{DRAFTS}/{draft['id']}").json()["status"] == "expired"


def test_a_draft_never_expires_by_itself(support):
    draft = new_draft(support)
    assert expire_checkouts(now=timezone.now() + timedelta(days=30)) == 0
    assert support.get(f"{DRAFTS}/{draft['id']}").json()["status"] == "draft"


@pytest.mark.parametrize("sent", [False, True])
def test_canceling_releases_and_ends_the_link(support, run_jobs, sent):
    draft = new_draft(support)
    if sent:
        act(support, draft, "send")
    for _ in range(2):
        assert act(support, draft, "cancel").json()["status"] == "canceled"
    assert not Reservation.objects.exists()
    assert act(support, draft, "complete").json()["code"] == "checkout_canceled"
    assert act(support, draft, "send").json()["code"] == "checkout_canceled"
    run_jobs()
    assert not mail.outbox


def test_a_payment_that_the_buyer_has_begun_keeps_staff_from_placing_it(support, run_jobs):
    draft = new_draft(support)
    act(support, draft, "send")
    found = link(run_jobs)
    token = {"provider": "test", "token": "tok_requires_action"}
    assert complete(buyer_by(found), {"id": found["id"]}, payment=token).status_code == 202
    for name in ("complete", "send"):
        assert act(support, draft, name).json()["code"] == "checkout_in_progress"
    assert act(support, draft, "cancel").json()["status"] == "canceled"
    assert Payment.objects.get().status == "voided"


def test_a_customers_draft_is_theirs_once_it_is_placed_and_unseen_before(support, client_of):
    customer = client_of(email="grace@example.com")
    cart = customer.post("/api/v1/carts", {"items": items(["SKU-1"])}).json()
    draft = new_draft(support, customer=str(customer.user_id), email=None)
    assert draft["customer"] == str(customer.user_id)
    assert draft["email"] == "grace@example.com"

    path = f"/api/v1/checkouts/{draft['id']}"
    assert customer.get(path).status_code == 404
    assert customer.patch(path, {"shipping_method": "express"}).status_code == 404
    assert customer.post(f"{path}/cancel").status_code == 404
    assert complete(customer, draft).status_code == 404
    number = act(support, draft, "complete").json()["order"]["number"]
    assert customer.get(f"/api/v1/orders/{number}").status_code == 200
    assert customer.get("/api/v1/carts/current").json()["version"] == cart["version"]


def test_a_customer_who_is_erased_takes_their_drafts_along(support, client_of):
    customer = client_of()
    draft = new_draft(support, customer=str(customer.user_id))
    body = {"password": "correct horse battery"}
    assert customer.delete("/api/v1/me", body).status_code == 204
    assert support.get(f"{DRAFTS}/{draft['id']}").status_code == 404


def test_the_draft_of_a_closed_account_is_not_placed(support, client_of):
    customer = client_of()
    draft = new_draft(support, customer=str(customer.user_id))
    User.objects.filter(pk=customer.user_id).update(is_active=False)
    for action in ("send", "complete"):
        refused = act(support, draft, action)
        assert (refused.status_code, refused.json()["code"]) == (409, "account_closed")
    refused = support.post(DRAFTS, {**WANTED, "customer": str(customer.user_id)})
    assert refused.json()["errors"][0]["pointer"] == "/customer"


@pytest.mark.parametrize(
    ("values", "status", "pointer"),
    [
        ({"items": []}, 400, "/items"),
        ({"items": items(["GONE"])}, 400, "/items/0/sku"),
        ({"items": items(["SKU-0"], -1)}, 400, "/items/0/quantity"),
        ({"items": items(["SKU-0"], 10_000)}, 400, "/items/0/quantity"),
        ({"email": "ada"}, 400, "/email"),
        ({"codes": "TENTH"}, 400, "/codes"),
        ({"codes": ["a b"]}, 400, "/codes/0"),
        ({"codes": [f"C{number}" for number in range(21)]}, 400, "/codes"),
        ({"note": "x" * 2_001}, 400, "/note"),
        ({"customer": str(uuid7())}, 400, "/customer"),
        ({"shipping_method": "pigeon"}, 400, None),
        ({"currency": "XXX"}, 400, "/currency"),
        ({"language": "xx"}, 400, "/language"),
        ({"discount": 5}, 400, "/discount"),
    ],
)
def test_a_bad_draft_is_refused_and_nothing_is_kept(support, values, status, pointer):
    refused = support.post(DRAFTS, {**WANTED, **values})
    assert refused.status_code == status, refused.content
    if pointer:
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert not Checkout.objects.exists()


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.FULFILLMENT])
def test_others_have_no_drafts(support, client_of, role):
    draft, other = new_draft(support), client_of(role)
    assert other.get(DRAFTS).status_code == 403
    assert other.post(DRAFTS, WANTED).status_code == 403
    assert other.get(f"{DRAFTS}/{draft['id']}").status_code == 403
    assert act(other, draft, "complete").status_code == 403
    assert support.get(f"{DRAFTS}/{uuid7()}").status_code == 404
    checkout = APIClient().post("/api/v1/checkouts", {**WANTED}, format="json").json()
    for name in ("send", "complete", "cancel"):  # one that its buyer has opened is none
        assert act(support, checkout, name).status_code == 404


def test_a_list_costs_the_same_whatever_it_has(support, assert_statements):
    new_draft(support)
    support.get(DRAFTS)
    for _ in range(2):
        new_draft(support)
    # Roles of the caller, the drafts, and that personal data was shown.
    with assert_statements(3):
        assert len(support.get(DRAFTS).json()["results"]) == 3


def test_how_often_a_draft_is_sent_is_limited(support, settings):
    draft = new_draft(support)
    settings.RATE_LIMITS = True
    settings.RATES = {**settings.RATES, "mail": "2/3600"}
    answers = [act(support, draft, "send") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_key_for_orders_alone_makes_no_drafts(support, client_of):
    manager = client_of(Role.MANAGER)
    key = manager.post("/api/v1/api-keys", {"name": "Till", "scopes": ["orders:write"]}).json()
    till = APIClient()
    till.credentials(HTTP_AUTHORIZATION=f"Bearer {key['key']}")
    assert till.post(DRAFTS, WANTED, format="json").status_code == 403
    key = manager.post("/api/v1/api-keys", {"name": "Desk", "scopes": ["drafts:write"]}).json()
    till.credentials(HTTP_AUTHORIZATION=f"Bearer {key['key']}")
    assert till.post(DRAFTS, WANTED, format="json").status_code == 201


def test_a_draft_has_someone_who_made_it(support):
    changes = DraftChanges({}, [ItemRequest("SKU-0", 1, "/items/0/sku")])
    with pytest.raises(Forbidden):
        create_draft(caller=Caller(), currency="GBP", changes=changes, now=timezone.now())


def test_the_drafts_of_guests_are_forgotten_with_what_guests_abandon(support, client_of):
    draft, sent = new_draft(support), new_draft(support, note="Calls from 020 7946 0958.")
    act(support, sent, "send")
    anonymize_abandoned(timezone.now() + timedelta(seconds=1))
    assert support.get(f"{DRAFTS}/{draft['id']}").status_code == 404
    assert support.get(f"{DRAFTS}/{sent['id']}").json()["note"] == ""


def test_what_was_recalled_and_is_for_sale_again_can_be_placed(support):
    draft = new_draft(support)
    Product.objects.update(checkouts_ended_at=timezone.now())
    assert act(support, draft, "complete").status_code == 201


def test_a_customer_has_no_more_open_checkouts_by_drafts_than_by_their_own(
    support, client_of, settings
):
    settings.MAX_OPEN_CHECKOUTS = 1
    customer = str(client_of().user_id)
    first, second = (new_draft(support, customer=customer) for _ in range(2))
    assert act(support, first, "send").status_code == 200
    refused = act(support, second, "send")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_checkouts")


def test_a_sent_draft_is_changed_as_a_checkout_is(support):
    offer("ONCE", usage_limit=1)
    draft, other = new_draft(support), new_draft(support, codes=["ONCE"])
    for each in (draft, other):
        act(support, each, "send")
    refused = change(support, draft, codes=["ONCE"])
    assert (refused.status_code, refused.json()["codes"]) == (409, ["ONCE"])
    # Of staff no IP address is noted, as of strangers who hold units.
    assert change(support, draft, email=None).status_code == 200
    assert Checkout.objects.get(pk=draft["id"]).ip_hash == ""
