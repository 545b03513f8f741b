"""Every operation of the OpenAPI document, as everyone, against what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.domain import Role
from congocart.management.commands.show_roles import as_markdown
from core.http.operations import all_operations
from invoices.models import Invoice
from tests.shop import new_order, offer_shipping, stock_variants

OF_ORDERS = {
    "listOrders", "getOrder", "listOrderEvents", "cancelOrder", "requestReturn", "listInvoices",
    "getOrderInvoice", "getInvoice", "withdrawFromOrder",
}  # fmt: skip
METHODS = {"get", "post", "put", "patch", "delete"}
CALLERS = [None, *Role]


def operations() -> Iterator[tuple[str, str, str]]:
    """Operation id, method and path of everything that the document describes."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield item[method]["operationId"], method, path


def filled(path: str) -> str:
    """The path with ids that nobody has."""
    path = re.sub(r"{(\w+_)?id}", lambda _: str(uuid4()), path)
    return re.sub(r"{\w+}", "XXXXX-XXXXX", path)


ALL = sorted(operations())
DECLARED = {operation.id: operation for operation in all_operations()}


def test_every_operation_has_a_row_and_every_row_an_operation():
    assert {name for name, _, _ in ALL} == DECLARED.keys()
    rows = re.findall(r"^\| `(\w+)`", as_markdown(), re.MULTILINE)
    assert sorted(rows) == sorted(DECLARED)


def test_the_documented_table_is_the_one_in_code():
    path = Path(__file__).parents[3] / "docs" / "roles.md"
    assert path.read_text() == as_markdown(), "run `manage.py show_roles > docs/roles.md`"


def test_the_documented_table_says_who_answers_for_orders_of_others():
    lines = as_markdown().splitlines()
    assert "| `listOrders` | · | own | yes | yes | yes | yes |" in lines
    assert "| `getOrder` | own | own | yes | yes | yes | yes |" in lines
    assert "| `cancelOrder` | own | own | yes | own | yes | yes |" in lines


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_those_answer_for_what_others_own_whom_the_declaration_names(client_of, role):
    offer_shipping()
    buyer, caller = client_of(), client_of(role)
    number = new_order(buyer, stock_variants())["number"]
    roles = frozenset({"customer", role})
    covered = {name: DECLARED[name].access.covers_others(roles) for name in OF_ORDERS}

    listed = caller.get("/api/v1/orders").json()["results"]
    assert bool(listed) is covered["listOrders"]
    read = caller.get(f"/api/v1/orders/{number}")
    assert read.status_code == (200 if covered["getOrder"] else 404)
    events = caller.get(f"/api/v1/orders/{number}/events")
    assert events.status_code == (200 if covered["listOrderEvents"] else 404)
    for name, path in (
        ("listInvoices", "invoices"),
        ("getOrderInvoice", "invoice"),
        ("getInvoice", f"invoices/{Invoice.objects.get().number}"),
    ):
        read = caller.get(f"/api/v1/orders/{number}/{path}")
        assert read.status_code == (200 if covered[name] else 404)
    refused = 403 if covered["getOrder"] else 404
    asked = caller.post(
        f"/api/v1/orders/{number}/returns", {"items": [{"sku": "SKU-0", "quantity": 1}]}
    )
    # Nothing has been sent yet.
    assert asked.status_code == (409 if covered["requestReturn"] else refused)
    withdrawn = caller.post(f"/api/v1/orders/{number}/withdrawal", {})
    assert withdrawn.status_code == (200 if covered["withdrawFromOrder"] else refused)
    canceled = caller.post(f"/api/v1/orders/{number}/cancel", {})
    assert canceled.status_code == (200 if covered["cancelOrder"] else refused)


def test_every_operation_that_answers_for_others_is_tried_above():
    assert {name for name, declared in DECLARED.items() if declared.access.others} == OF_ORDERS


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method", "path"), ALL, ids=[name for name, _, _ in ALL])
def test_the_door_opens_for_whom_the_table_says(client, client_of, name, method, path):
    for role in CALLERS:
        caller = client_of(role) if role else client
        response = getattr(caller, method)(filled(path), {} if method != "get" else None)
        expected = DECLARED[name].access.admits(frozenset({"customer", role}) if role else None)
        content = getattr(response, "content", b"")
        told = f"{role or 'anonymous'} got {response.status_code} {content[:200]!r}"
        assert response.status_code < 500, told
        if expected:
            assert response.status_code not in (401, 403), told
        else:
            assert response.status_code == (403 if role else 401), told
