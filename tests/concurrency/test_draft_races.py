"""Staff and buyers who act on draft orders at the same moment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.links import draft_token
from checkout.models import Checkout, DraftOrder
from core.ids import uuid7
from inventory.models import Stock
from orders.models import Order
from tests.concurrency.racing import assert_audit_finds_nothing, at_once, codes
from tests.integration.admin.rows import person
from tests.shop import DETAILS, complete, items, offer_shipping, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

DRAFTS = "/api/v1/draft-orders"


@pytest.fixture
def support(no_deadlocks: None, client_of: Callable[..., APIClient]) -> APIClient:
    offer_shipping()
    stock_variants(1, stock=6)
    return client_of(Role.SUPPORT)


def new_draft(support: APIClient, quantity: int = 2) -> str:
    body = {"items": items(["SKU-0"], quantity), **DETAILS}
    return str(support.post(DRAFTS, body).json()["id"])


def act(support: APIClient, draft: str, name: str) -> Any:
    return support.post(f"{DRAFTS}/{draft}/{name}", {})


def test_a_draft_that_is_placed_many_times_at_once_is_one_order(support):
    draft = new_draft(support)
    told = at_once(*[partial(act, support, draft, "complete")] * 8)
    assert Counter(each.status_code for each in told) == {201: 1, 200: 7}
    assert len({each.json()["order"]["number"] for each in told}) == 1
    assert Order.objects.count() == 1
    assert_audit_finds_nothing()


def test_of_drafts_that_are_placed_or_sent_at_once_as_many_have_units_as_there_are(support):
    drafts = [new_draft(support) for _ in range(6)]
    names = ["complete", "send"] * 3
    told = at_once(*(partial(act, support, *each) for each in zip(drafts, names, strict=True)))
    refused = [each for each in told if each.status_code >= 300]
    assert codes(refused) == {"insufficient_stock": 3}
    stock = Stock.objects.get()
    sent = Checkout.objects.filter(status="ready").count()
    assert (stock.on_hand, stock.reserved) == (6 - 2 * Order.objects.count(), 2 * sent)
    assert Checkout.objects.filter(status="draft").count() == 3
    assert_audit_finds_nothing()


def test_a_sent_draft_that_staff_and_buyer_complete_and_staff_cancel_ends_once(support):
    for _ in range(3):
        draft = new_draft(support, 1)
        assert act(support, draft, "send").status_code == 200
        buyer = APIClient()
        buyer.default_format = "json"
        buyer.credentials(HTTP_CART_TOKEN=draft_token(Checkout.objects.get(pk=draft).pk))
        paid = {"provider": "test", "token": "tok_success"}
        at_once(
            partial(act, support, draft, "complete"),
            partial(complete, buyer, {"id": draft}, payment=paid),
            partial(act, support, draft, "cancel"),
            partial(act, support, draft, "send"),
        )
        status = Checkout.objects.get(pk=draft).status
        assert status in {"completed", "canceled"}
        assert Order.objects.filter(checkout=draft).count() == (status == "completed")
        assert_audit_finds_nothing()


def test_one_form_that_is_sent_many_times_at_once_makes_one_draft(support):
    browser = Client()
    browser.force_login(person("clerk@example.com", Role.SUPPORT))
    form = {"items": "SKU-0", "currency": "GBP", "language": "en", "draft_id": str(uuid7()),
            "save": "yes"}  # fmt: skip
    told = at_once(*[partial(browser.post, "/admin/checkout/draftorder/add/", form)] * 6)
    assert {each.status_code for each in told} == {302}
    assert len({re.sub(r"\?.*", "", each["Location"]) for each in told}) == 1
    assert DraftOrder.objects.count() == 1
