"""Numbers of invoices under concurrency: no gap, none twice, nothing rewritten."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from invoices.models import Invoice, Rendering
from invoices.services import rendered
from tests.concurrency.racing import assert_audit_finds_nothing, at_once, shopper
from tests.shop import (
    MANUAL,
    complete,
    new_checkout,
    offer_shipping,
    paid_order,
    pay,
    stock_variants,
)

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=1_000)


def positions(series: str = "INV") -> list[int]:
    found = Invoice.objects.filter(series=series).order_by("position")
    return list(found.values_list("position", flat=True))


def test_twenty_orders_at_once_are_numbered_from_1_to_20() -> None:
    buyers = [shopper() for _ in range(20)]
    checkouts = [new_checkout(buyer, ["SKU-0"]) for buyer in buyers]
    told = at_once(
        *(
            partial(pay, buyer, checkout, "tok_success")
            for buyer, checkout in zip(buyers, checkouts, strict=True)
        )
    )
    assert {response.status_code for response in told} == {201}
    assert positions() == list(range(1, 21))
    assert_audit_finds_nothing()


def test_what_is_rolled_back_leaves_no_gap() -> None:
    first, second = shopper(), shopper()
    checkout = new_checkout(first, ["SKU-0"])
    # Whatever is refused at the commit is refused after the number was given.
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'refused at the commit'; END $$; "
            "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON invoices_invoice "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    try:
        first.raise_request_exception = False
        assert complete(first, checkout).status_code == 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON invoices_invoice; DROP FUNCTION refuse()")
    assert positions() == []
    assert complete(second, new_checkout(second, ["SKU-0"])).status_code == 201
    assert complete(first, checkout).status_code == 201
    assert positions() == [1, 2]


def test_an_invoice_is_never_rewritten_nor_deleted() -> None:
    paid_order(shopper())
    invoice = Invoice.objects.get()
    rendered(invoice=invoice, now=timezone.now())
    for attempt in (
        partial(Invoice.objects.update, gross=1, net=1),
        partial(Invoice.objects.update, number="INV-2026-000002", position=2),
        partial(Rendering.objects.update, pdf=b""),
        Rendering.objects.all()._raw_delete,
    ):
        arguments = [] if isinstance(attempt, partial) else ["default"]
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt(*arguments)


def test_twice_at_once_rendered_is_rendered_once() -> None:
    paid_order(shopper())
    invoice = Invoice.objects.get()
    files = at_once(*[partial(rendered, invoice=invoice, now=timezone.now())] * 4)
    assert len(set(files)) == 1
    assert Rendering.objects.count() == 1


def test_two_refunds_at_once_have_a_credit_note_each(client_of: ClientOf) -> None:
    number = paid_order(shopper())
    body = {"amount": {"amount": 500, "currency": "GBP"}}
    staff = [client_of(Role.SUPPORT) for _ in range(2)]
    told = at_once(
        *(partial(each.post, f"/api/v1/orders/{number}/refunds", body) for each in staff)
    )
    assert {response.status_code for response in told} == {201}
    assert positions("CN") == [1, 2]
    assert_audit_finds_nothing()


def test_completing_twice_at_once_issues_one_invoice() -> None:
    buyer = shopper()
    checkout = new_checkout(buyer, ["SKU-0"])
    path = f"/api/v1/checkouts/{checkout['id']}/complete"
    at_once(*[partial(buyer.post, path, MANUAL)] * 4)
    assert positions() == [1]
