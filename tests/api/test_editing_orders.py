"""Editing what is left to send of an order: lines, stock, money, and what it would come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Price, Variant
from core.db.invariants import declared_checks, run_checks
from core.db.transactions import use_case
from inventory.models import Movement
from invoices.models import Invoice
from orders.models import Order, OrderEdit
from orders.reports.sales import sales_by_day
from payments.domain import Outcome, OutcomeKind, RefundFact, RefundStatus
from payments.models import Operation, Payment
from payments.services import record_outcome
from tests.shop import (
    new_order,
    offer_shipping,
    paid_order,
    stock_of,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3, stock=10)


def edit(staff: APIClient, number: str, units: dict[str, int], **more: Any) -> Any:
    url = f"/api/v1/orders/{number}/edits"
    return staff.post(url, {"items": items_of(units), **more})


def preview(staff: APIClient, number: str, units: dict[str, int]) -> Any:
    return staff.post(f"/api/v1/orders/{number}/edits/preview", {"items": items_of(units)})


def items_of(units: dict[str, int]) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": count} for sku, count in units.items()]


def amount(order: Any, *path: str) -> int:
    for name in path:
        order = order[name]
    found: int = order["amount"]
    return found


def assert_audit_is_clean() -> None:
    checked = run_checks(declared_checks(), now=timezone.now())
    assert [found for found in checked if found.violations] == []


def units_of(number: str) -> dict[str, int]:
    lines = Order.objects.get(number=number).lines.order_by("position")
    return dict(lines.values_list("sku", "quantity"))


def test_a_paid_order_that_costs_less_is_refunded_the_difference(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client)
    before, was = Order.objects.get(number=number), units_of(number)
    sku, count = next(iter(was.items()))
    response = edit(client_of(Role.SUPPORT), number, {**was, sku: count - 1}, reason="One less.")
    assert response.status_code == 201, response.json()
    order = response.json()
    less = before.total - amount(order, "totals", "total")
    assert less > 0
    assert (order["payment_status"], amount(order, "due")) == ("paid", 0)
    assert amount(order, "refundable") == amount(order, "totals", "total")
    assert order["payments"][0]["refunded"]["amount"] == less
    assert_audit_is_clean()


def test_a_paid_order_that_costs_more_has_the_difference_due_and_recorded(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    before = Order.objects.get(number=number).total
    order = edit(staff, number, {**units_of(number), "SKU-2": 1}).json()
    more = amount(order, "totals", "total") - before
    assert more > 0
    assert (order["payment_status"], amount(order, "due")) == ("pending", more)
    assert [each["provider"] for each in order["payments"]] == ["test", "manual"]
    assert [line["product"] for line in order["items"]].count(None) == 0
    assert_audit_is_clean()
    order = staff.post(f"/api/v1/orders/{number}/payments", {}).json()
    assert (order["payment_status"], amount(order, "due")) == ("paid", 0)
    assert_audit_is_clean()


def test_a_refund_of_all_takes_from_each_payment_what_it_brought(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    edit(staff, number, {**units_of(number), "SKU-2": 1})
    staff.post(f"/api/v1/orders/{number}/payments", {})
    order = staff.post(f"/api/v1/orders/{number}/refunds", {}).json()
    total = amount(order, "totals", "total")
    assert [amount(each, "captured") for each in order["payments"]] == [
        amount(each, "refunded") for each in order["payments"]
    ]
    shares = [item for refund in order["refunds"] for item in refund["items"]]
    assert sum(amount(share, "amount") for share in shares) == total
    assert (order["payment_status"], amount(order, "refundable")) == ("refunded", 0)
    assert_audit_is_clean()


def test_units_refunded_across_two_payments_are_given_back_exactly(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    was = units_of(number)
    edit(staff, number, {**was, "SKU-2": 1})
    staff.post(f"/api/v1/orders/{number}/payments", {})
    items = [{"sku": sku, "quantity": count} for sku, count in units_of(number).items()]
    order = staff.post(f"/api/v1/orders/{number}/refunds", {"items": items, "restock": True}).json()
    assert len(order["refunds"]) == 2
    given_back = [item for refund in order["refunds"] for item in refund["items"]]
    assert sum(item["quantity"] for item in given_back) == sum(was.values()) + 1
    assert_audit_is_clean()


def test_a_manual_payment_is_to_bring_what_the_order_costs_by_now(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = new_order(client, ["SKU-0"])["number"], client_of(Role.SUPPORT)
    was = units_of(number)
    order = edit(staff, number, {**was, "SKU-2": 2}).json()
    total = amount(order, "totals", "total")
    assert (len(order["payments"]), amount(order, "due")) == (1, total)
    order = edit(staff, number, {"SKU-2": 1}).json()
    total = amount(order, "totals", "total")
    assert (amount(order["payments"][0], "amount"), amount(order, "due")) == (total, total)
    order = staff.post(f"/api/v1/orders/{number}/payments", {}).json()
    assert (order["payment_status"], amount(order, "due")) == ("paid", 0)
    order = edit(staff, number, {"SKU-2": 2}).json()
    assert order["payment_status"] == "pending"
    order = edit(staff, number, {"SKU-2": 1}).json()
    assert (order["payment_status"], amount(order, "due")) == ("paid", 0)
    assert_audit_is_clean()


def test_an_authorized_payment_is_captured_for_what_the_order_costs_by_now(
    client: APIClient, client_of: ClientOf, settings: Any
) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    assert Payment.objects.get().status == "authorized"
    was = units_of(number)
    sku, count = next(iter(was.items()))
    order = edit(staff, number, {**was, sku: count - 1}).json()
    total = amount(order, "totals", "total")
    assert (order["payment_status"], amount(order, "due")) == ("authorized", total)
    order = staff.post(f"/api/v1/orders/{number}/payments", {}).json()
    assert (order["payment_status"], amount(order["payments"][0], "captured")) == ("paid", total)
    assert_audit_is_clean()


def test_what_goes_beyond_an_authorization_is_due_beside_it(
    client: APIClient, client_of: ClientOf, settings: Any
) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    edit(staff, number, {**units_of(number), "SKU-2": 1})
    for left in ("card", "manual"):
        order = staff.post(f"/api/v1/orders/{number}/payments", {}).json()
        assert (amount(order, "due") > 0) == (left == "card")
    assert [each["status"] for each in order["payments"]] == ["paid", "paid"]
    assert_audit_is_clean()


def test_money_that_an_edit_gave_back_is_due_again_after_the_next_one(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    was = units_of(number)
    sku, count = next(iter(was.items()))
    less = edit(staff, number, {**was, sku: count - 1}).json()
    more = edit(staff, number, was).json()
    difference = amount(more, "totals", "total") - amount(less, "totals", "total")
    assert (amount(more, "due"), more["payment_status"]) == (difference, "pending")
    assert_audit_is_clean()
    back = edit(staff, number, {**was, sku: count - 1}).json()
    assert (amount(back, "due"), back["payment_status"]) == (0, "paid")
    assert_audit_is_clean()


def test_stock_moves_by_what_changes_and_says_who_moved_it(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client)
    was = units_of(number)
    stock = {sku: stock_of(sku)[0] for sku in ("SKU-0", "SKU-1", "SKU-2")}
    placed = Movement.objects.count()
    edit(client_of(Role.SUPPORT), number, {"SKU-2": 4})
    for sku, count in was.items():
        assert stock_of(sku)[0] == stock[sku] + count
    assert stock_of("SKU-2")[0] == stock["SKU-2"] - 4
    moved = Movement.objects.order_by("id")[placed:]
    assert {each.kind for each in moved} == {"sale", "edit"}
    assert all(each.actor_id and each.order_id for each in moved)
    assert_audit_is_clean()


def test_what_was_ordered_keeps_its_price_and_what_is_new_costs_what_it_costs_now(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client)
    was = units_of(number)
    paid = dict(Order.objects.get(number=number).lines.values_list("sku", "unit_price"))
    Price.objects.filter(currency="GBP").update(amount=7_777)
    edit(client_of(Role.SUPPORT), number, {**was, "SKU-2": 1})
    prices = dict(Order.objects.get(number=number).lines.values_list("sku", "unit_price"))
    assert prices == {**paid, "SKU-2": 7_777}


def test_what_was_placed_can_be_told_from_the_edits(client: APIClient, client_of: ClientOf) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    placed = Order.objects.get(number=number)
    was = units_of(number)
    edit(staff, number, {"SKU-2": 1}, reason="The buyer called.")
    edit(staff, number, {"SKU-1": 2})
    first, second = OrderEdit.objects.order_by("id")
    assert {line["sku"]: line["quantity"] for line in first.before["lines"]} == was
    assert (first.before["total"], second.before) == (placed.total, first.after)
    events = staff.get(f"/api/v1/orders/{number}/events").json()["results"]
    told = [event for event in events if event["type"] == "order.edited"]
    assert told[0]["note"] == "The buyer called."
    assert told[0]["message"].startswith("Order edited: 1 × Thing SKU – No. 2 added, ")
    assert "reason" not in str(client.get(f"/api/v1/orders/{number}/events").json())


@pytest.mark.parametrize(
    ("units", "status", "code"),
    [
        ({"NONE": 1}, 400, "unknown_sku"),
        ({"SKU-2": 11}, 409, "insufficient_stock"),
        ({"SKU-2": 10_000}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"SKU-0": 0}, 400, "invalid_request"),
    ],
)
def test_lines_that_cannot_be_are_refused_and_change_nothing(
    client: APIClient, client_of: ClientOf, units: dict[str, int], status: int, code: str
) -> None:
    number = paid_order(client)
    was, total = units_of(number), Order.objects.get(number=number).total
    response = edit(client_of(Role.SUPPORT), number, units)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert (units_of(number), Order.objects.get(number=number).total) == (was, total)
    assert not OrderEdit.objects.exists()


def test_units_of_a_repeated_sku_add_up_and_are_bounded(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    url = f"/api/v1/orders/{number}/edits"
    twice = [{"sku": "SKU-2", "quantity": 2}, {"sku": "SKU-2", "quantity": 1}]
    assert staff.post(url, {"items": twice}).status_code == 201
    assert units_of(number) == {"SKU-2": 3}
    most = [{"sku": "SKU-2", "quantity": 9_999}] * 2
    assert staff.post(url, {"items": most}).json()["code"] == "order_too_large"


def test_only_what_is_for_sale_in_the_currency_of_the_order_comes_in(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    was = units_of(number)
    Price.objects.filter(variant__sku="SKU-2", currency="GBP").delete()
    assert edit(staff, number, {**was, "SKU-2": 1}).json()["code"] == "currency_mismatch"
    Variant.objects.update(deleted_at=timezone.now())
    assert edit(staff, number, {**was, "SKU-2": 1}).json()["code"] == "unknown_sku"
    sku, count = next(iter(was.items()))
    assert edit(staff, number, {sku: count + 1}).json()["code"] == "unknown_sku"
    assert edit(staff, number, {sku: 1}).status_code == 201


def test_an_edit_that_changes_nothing_is_refused(client: APIClient, client_of: ClientOf) -> None:
    number = paid_order(client)
    response = edit(client_of(Role.SUPPORT), number, units_of(number))
    assert (response.status_code, response.json()["code"]) == (409, "edit_changes_nothing")


def test_an_order_is_not_edited_once_it_is_sent_canceled_held_or_refunded(
    client: APIClient, client_of: ClientOf
) -> None:
    sent, canceled, refunded, held = (paid_order(client) for _ in range(4))
    staff = client_of(Role.MANAGER)
    one = [{"sku": next(iter(units_of(sent))), "quantity": 1}]
    assert staff.post(f"/api/v1/orders/{sent}/fulfillments", {}).status_code == 201
    assert staff.post(f"/api/v1/orders/{canceled}/cancel", {}).status_code == 200
    assert staff.post(f"/api/v1/orders/{refunded}/refunds", {"items": one}).status_code == 201
    assert staff.post(f"/api/v1/orders/{held}/hold", {}).status_code == 200
    for number, code in (
        (sent, "invalid_transition"),
        (canceled, "invalid_transition"),
        (refunded, "order_not_editable"),
        (held, "order_on_hold"),
    ):
        for ask in (edit, preview):
            response = ask(staff, number, {"SKU-2": 1})
            assert (response.status_code, response.json()["code"]) == (409, code)


def test_of_an_order_that_was_sent_in_part_the_rest_is_edited(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.MANAGER)
    first, second = units_of(number)
    part = {"items": [{"sku": first, "quantity": 1}]}
    sent = staff.post(f"/api/v1/orders/{number}/fulfillments", part).json()["fulfillments"][0]
    refused = edit(staff, number, {second: 3}).json()
    assert (refused["code"], refused["items"]) == ("items_stay", [{"sku": first, "staying": 1}])
    more = edit(staff, number, {first: 1, second: 1, "SKU-2": 1}).json()
    assert more["fulfillment_status"] == "partially_fulfilled"
    assert_audit_is_clean()
    staff.post(f"/api/v1/orders/{number}/payments", {})
    staff.post(f"/api/v1/orders/{number}/fulfillments/{sent['id']}/deliver", {})
    rest = edit(staff, number, {first: 1}).json()
    assert (rest["fulfillment_status"], rest["status"]) == ("fulfilled", "completed")
    assert amount(rest, "refundable") == amount(rest, "totals", "total")
    assert_audit_is_clean()


def test_a_line_that_was_packed_before_keeps_a_unit(client: APIClient, client_of: ClientOf) -> None:
    number, staff = paid_order(client), client_of(Role.MANAGER)
    sent = staff.post(f"/api/v1/orders/{number}/fulfillments", {}).json()["fulfillments"][0]
    staff.post(f"/api/v1/orders/{number}/fulfillments/{sent['id']}/cancel", {})
    was = units_of(number)
    assert edit(staff, number, {"SKU-2": 1}).json()["code"] == "items_stay"
    assert edit(staff, number, {**dict.fromkeys(was, 1), "SKU-2": 1}).status_code == 201
    assert_audit_is_clean()


def test_a_preview_tells_what_the_edit_comes_to_and_changes_nothing(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    was, before = units_of(number), staff.get(f"/api/v1/orders/{number}")
    stock, wanted = stock_of("SKU-2"), {**was, "SKU-2": 2}
    told = preview(staff, number, wanted)
    assert (told.status_code, told["ETag"]) == (200, before["ETag"])
    after = staff.get(f"/api/v1/orders/{number}")
    assert (after.json(), after["ETag"]) == (before.json(), before["ETag"])
    assert (stock_of("SKU-2"), OrderEdit.objects.exists()) == (stock, False)
    assert told.json()["total_before"] == before.json()["totals"]["total"]
    done = edit(staff, number, wanted).json()
    for name in ("totals", "due"):
        assert told.json()[name] == done[name]
    assert {item["sku"]: item["quantity"] for item in told.json()["items"]} == wanted
    staff.post(f"/api/v1/orders/{number}/payments", {})
    less = preview(staff, number, was).json()
    assert less["refunded"] == done["due"]
    assert (amount(less, "due"), amount(less, "refunded") > 0) == (0, True)


def test_an_edit_of_an_order_that_is_not_as_it_was_seen_is_refused(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    seen = staff.get(f"/api/v1/orders/{number}")["ETag"]
    url, tabs = f"/api/v1/orders/{number}/edits", [{"SKU-2": 1}, {"SKU-2": 2}]
    told = [
        staff.post(url, {"items": items_of(units)}, headers={"If-Match": seen}) for units in tabs
    ]
    assert [response.status_code for response in told] == [201, 412]
    body = {"items": items_of(tabs[1])}
    for place in (f"{url}/preview", url):
        assert staff.post(place, body, headers={"If-Match": seen}).status_code == 412
        tag = staff.get(f"/api/v1/orders/{number}")["ETag"]
        assert staff.post(place, body, headers={"If-Match": tag}).status_code in {200, 201}
    assert (units_of(number), OrderEdit.objects.count()) == ({"SKU-2": 2}, 2)


def test_an_edit_that_comes_to_another_total_than_the_one_expected_is_refused(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    total = preview(staff, number, {"SKU-2": 1}).json()["totals"]["total"]
    Price.objects.filter(variant__sku="SKU-2", currency="GBP").update(amount=7_777)
    refused = edit(staff, number, {"SKU-2": 1}, expected_total=total).json()
    assert (refused["code"], OrderEdit.objects.exists()) == ("total_changed", False)
    assert_audit_is_clean()
    edited = edit(staff, number, {"SKU-2": 1}, expected_total=refused["total"])
    assert edited.json()["totals"]["total"] == refused["total"]
    for other in ({**total, "currency": "EUR"}, {**total, "amount": 0}):
        refused = edit(staff, number, {"SKU-2": 2}, expected_total=other)
        assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")


def test_an_edit_that_is_sent_again_with_its_key_is_made_once(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    url, body = f"/api/v1/orders/{number}/edits", {"items": items_of({"SKU-2": 1})}
    first, again = (staff.post(url, body, headers={"Idempotency-Key": "edit-1"}) for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert (again["Idempotent-Replayed"], OrderEdit.objects.count()) == ("true", 1)


def test_buyers_and_other_duties_do_not_edit(client: APIClient, client_of: ClientOf) -> None:
    number = paid_order(client)
    for ask in (edit, preview):
        assert ask(client, number, {"SKU-2": 1}).status_code == 401
        for role in (Role.CUSTOMER, Role.FULFILLMENT):
            assert ask(client_of(role), number, {"SKU-2": 1}).status_code == 403
        assert ask(client_of(Role.SUPPORT), "NONE", {"SKU-2": 1}).status_code == 404


def test_an_invoice_of_before_is_credited_and_the_order_invoiced_again(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    before = Order.objects.get(number=number).total
    edit(staff, number, {"SKU-2": 1})
    issued = staff.get(f"/api/v1/orders/{number}/invoices").json()
    found = issued["results"] if isinstance(issued, dict) else issued
    assert [each["kind"] for each in found] == ["invoice", "credit_note", "invoice"]
    assert [amount(each, "gross") for each in found[:2]] == [before, before]
    assert amount(found[2], "gross") == Order.objects.get(number=number).total
    assert_audit_is_clean()
    staff.post(f"/api/v1/orders/{number}/cancel", {})
    assert_audit_is_clean()


def test_an_invoice_after_an_edit_says_what_was_kept_and_no_more(
    client: APIClient, client_of: ClientOf, settings: Any
) -> None:
    settings.INVOICES = replace(settings.INVOICES, due_at="fulfilled")
    number, staff = paid_order(client), client_of(Role.MANAGER)
    was = units_of(number)
    sku, count = next(iter(was.items()))
    less = edit(staff, number, {**was, sku: count - 1}).json()
    edit(staff, number, was)
    assert staff.post(f"/api/v1/orders/{number}/fulfillments", {}).status_code == 201
    document = Invoice.objects.get().document
    kept = amount(less, "totals", "total")
    assert (document["gross"] > kept, document["settled"]) == (True, kept)
    assert_audit_is_clean()


def test_taking_off_what_is_not_sent_makes_the_invoice_of_the_rest_due(
    client: APIClient, client_of: ClientOf, settings: Any
) -> None:
    settings.INVOICES = replace(settings.INVOICES, due_at="fulfilled")
    number, staff = paid_order(client), client_of(Role.MANAGER)
    sku = next(iter(units_of(number)))
    part = {"items": [{"sku": sku, "quantity": 1}]}
    assert staff.post(f"/api/v1/orders/{number}/fulfillments", part).status_code == 201
    assert not Invoice.objects.exists()
    order = edit(staff, number, {sku: 1}).json()
    assert Invoice.objects.get().gross == amount(order, "totals", "total")
    assert_audit_is_clean()


def test_what_an_edit_pays_back_is_no_part_of_the_sales_and_not_taken_off_them_twice(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    order = edit(staff, number, {next(iter(units_of(number))): 1}).json()
    total = amount(order, "totals", "total")
    [sales] = sales_by_day(now=timezone.now(), zone=ZoneInfo("UTC"))
    assert (sales.net, sales.refunded) == (total, 0)
    back = {"amount": {"amount": 300, "currency": "GBP"}}
    assert staff.post(f"/api/v1/orders/{number}/refunds", back).status_code == 201
    [sales] = sales_by_day(now=timezone.now(), zone=ZoneInfo("UTC"))
    assert (sales.net, sales.refunded) == (total - 300, 300)


def test_what_a_provider_failed_to_pay_back_is_paid_back_before_anything_that_was_bought(
    client: APIClient, client_of: ClientOf
) -> None:
    number, staff = paid_order(client), client_of(Role.SUPPORT)
    before = Order.objects.get(number=number).total
    total = amount(edit(staff, number, {"SKU-2": 1}).json(), "totals", "total")
    refund = Operation.objects.get(kind="refund")
    fact = RefundFact(refund.reference or "", refund.amount, RefundStatus.FAILED, refund.id)
    outcome = Outcome(OutcomeKind.REFUNDED, refunds=(fact,))
    use_case(record_outcome)(payment_id=refund.payment_id, outcome=outcome, now=timezone.now())
    order = staff.get(f"/api/v1/orders/{number}").json()
    assert (amount(order, "refundable"), order["payment_status"]) == (before, "paid")
    body = {"amount": {"amount": before - total + 100, "currency": "GBP"}}
    back = staff.post(f"/api/v1/orders/{number}/refunds", body).json()["refunds"][-1]
    assert sum(amount(item, "amount") for item in back["items"]) == 100
    assert_audit_is_clean()
