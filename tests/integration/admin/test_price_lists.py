"""Price lists and groups of customers, as managers edit them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import Role
from accounts.models import CustomerGroup
from catalog.models import ListPrice, Price, PriceChange, Variant
from pricing.models import PriceList
from tests.integration.admin import rows
from tests.integration.admin.test_prices import formset, read_only_rows
from tests.prices import new_list

pytestmark = pytest.mark.django_db
ADD = "/admin/pricing/pricelist/add/"


@pytest.fixture
def manager(browser_of: Any) -> Client:
    client: Client = browser_of(Role.MANAGER)
    return client


@pytest.fixture
def mug() -> Variant:
    return rows.variants(1)[0]


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Sale", "code": "sale", "currency": "gbp", "customer_group": "",
        "tax_included": "", "priority": 0, "active": "on",
        "starts_at_0": "", "starts_at_1": "", "ends_at_0": "", "ends_at_1": "",
    } | changes  # fmt: skip


def page_of(row: Any) -> str:
    options = row._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def errors_of(response: Any) -> str:
    assert response.status_code == 200, "it was saved"
    return " ".join(map(str, response.context["errors"]))


def no_prices() -> dict[str, Any]:
    return formset("prices") | formset("prices-2")


def save_prices(manager: Client, *prices: dict[str, Any], removed: ListPrice | None = None) -> Any:
    row = PriceList.objects.get(code="sale", deleted_at=None)
    data = fields() | no_prices() | formset("prices", *prices)
    if removed:
        data |= formset("prices-2", {"id": removed.pk, "DELETE": "on"}, initial=1)
    return manager.post(page_of(row), data)


def price(of: Variant, typed: str, **changes: Any) -> dict[str, Any]:
    return {
        "variant": of.pk, "min_quantity": 1, "amount": typed,
        "starts_at_0": "2027-01-01", "starts_at_1": "00:00:00",
    } | changes  # fmt: skip


def test_a_list_is_added_for_a_group_and_its_code_and_currency_stay(manager: Client) -> None:
    CustomerGroup.objects.create(code="trade", title="Trade")
    added = manager.post(ADD, fields(customer_group="trade", tax_included="False"))
    assert added.status_code == 302, errors_of(added)
    row = PriceList.objects.get()
    assert (row.currency, row.customer_group, row.tax_included) == ("GBP", "trade", False)

    manager.post(page_of(row), fields(code="other", currency="EUR", priority=3) | no_prices())
    row.refresh_from_db()
    assert (row.code, row.currency, row.priority, row.tax_included) == ("sale", "GBP", 3, None)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"currency": "XYZ"}, "Enter a valid currency code."),
        ({"customer_group": "nobody"}, "nobody is not one of the available choices"),
        ({"code": "a b"}, "Enter a valid"),
        (
            {"starts_at_0": "2027-01-02", "starts_at_1": "0:00", "ends_at_0": "2027-01-01",
             "ends_at_1": "0:00"},
            "The end has to be after the start.",
        ),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_refused_with_the_reason(
    manager: Client, changes: dict[str, Any], complaint: str
) -> None:
    assert complaint in errors_of(manager.post(ADD, fields(**changes)))
    assert not PriceList.objects.exists()


def test_prices_are_typed_in_money_and_kept_in_minor_units(manager: Client, mug: Variant) -> None:
    new_list("sale")
    saved = save_prices(
        manager,
        price(mug, "12.50"),
        price(mug, "9", min_quantity=10),
        price(mug, "", min_quantity=5),
    )
    assert saved.status_code == 302, errors_of(saved)
    found = ListPrice.objects.order_by("min_quantity").values_list("min_quantity", "amount")
    assert list(found) == [(1, 1250), (5, None), (10, 900)]
    page = manager.get(page_of(PriceList.objects.get())).content.decode()
    assert "£12.50" in page
    assert "No price" in page


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"amount": "1.999"}, "GBP amounts have at most 2 decimal places."),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "10000000000.01"}, "Enter at most"),
        ({"min_quantity": 0}, "catalog_min_quantity_in_range"),
        ({"min_quantity": -1}, "greater than or equal to 0"),
        ({"variant": ""}, "This field is required."),
    ],
)
def test_a_price_that_cannot_be_is_refused(
    manager: Client, mug: Variant, changes: dict[str, Any], complaint: str
) -> None:
    new_list("sale")
    assert complaint in errors_of(save_prices(manager, price(mug, "1", **changes)))
    assert not ListPrice.objects.exists()


def test_the_same_price_twice_is_refused(manager: Client, mug: Variant) -> None:
    new_list("sale")
    assert errors_of(save_prices(manager, price(mug, "1"), price(mug, "2")))
    assert not ListPrice.objects.exists()


def test_a_price_to_come_is_removed(manager: Client, mug: Variant) -> None:
    new_list("sale", {mug.sku: 900}, starts_at=timezone.now() + timedelta(days=1))
    assert save_prices(manager, removed=ListPrice.objects.get()).status_code == 302
    assert not ListPrice.objects.exists()


def test_a_price_that_has_begun_is_neither_removed_nor_changed(
    manager: Client, mug: Variant
) -> None:
    new_list("sale", {mug.sku: 900})
    row = ListPrice.objects.get()
    response = save_prices(manager, removed=row)
    assert "This price has begun" in str(
        response.context["inline_admin_formsets"][1].non_form_errors()
    )
    forged = formset("prices-2", price(mug, "1") | {"id": row.pk}, initial=1)
    manager.post(page_of(row.price_list), fields() | no_prices() | forged)
    assert ListPrice.objects.get().amount == 900


def test_ended_lists_are_listed_no_more(manager: Client) -> None:
    new_list("sale")
    row = PriceList.objects.get()
    data = {"action": "end", "_selected_action": [str(row.pk)]}
    manager.post(reverse("admin:pricing_pricelist_changelist"), data)
    row.refresh_from_db()
    assert row.deleted_at is not None
    assert manager.get(page_of(row)).status_code == 302


def test_support_reads_lists_and_changes_nothing(browser_of: Any, mug: Variant) -> None:
    new_list("sale", {mug.sku: 900})
    support = browser_of(Role.SUPPORT)
    row = PriceList.objects.get()
    assert "£9.00" in support.get(page_of(row)).content.decode()
    assert support.post(page_of(row), fields(priority=9)).status_code == 403
    assert support.post(ADD, fields(code="x")).status_code == 403


def test_the_page_of_a_variant_shows_what_it_cost_and_costs_in_lists(
    manager: Client, mug: Variant
) -> None:
    Price.objects.update(amount=1500)
    new_list("sale", {mug.sku: 900})
    page = manager.get(page_of(mug)).content.decode()
    for shown in ("£19.99", "£15.00", "£9.00", "Price history", "Sale"):
        assert shown in page


@pytest.mark.parametrize(
    ("typed", "kept", "complaint"),
    [("25", 2500, ""), ("", None, ""), ("19.99", None, "not higher"), ("1.999", None, "at most 2")],
)
def test_what_a_price_is_compared_with_is_typed_in_money(
    manager: Client, mug: Variant, typed: str, kept: int | None, complaint: str
) -> None:
    row = Price.objects.get()
    form = {"id": row.pk, "variant": mug.pk, "currency": "GBP", "amount": "19.99"}
    data = {"title": "", "position": 0, "weight": 0, **read_only_rows()}
    data |= formset("prices", form | {"compare_at": typed}, initial=1)
    response = manager.post(page_of(mug), data)
    assert (complaint in errors_of(response)) if complaint else response.status_code == 302
    assert Price.objects.get().compare_at == kept
    assert PriceChange.objects.count() == (2 if kept else 1)


def test_managers_put_customers_into_groups(manager: Client) -> None:
    ada = rows.person("ada@example.com")
    add = reverse("admin:accounts_customergroup_add")
    through = "User_customer_groups"
    added = manager.post(
        add, {"title": "Trade", "code": "trade"} | formset(through, {"user": ada.pk})
    )
    assert added.status_code == 302, errors_of(added)
    assert [group.code for group in ada.customer_groups.all()] == ["trade"]


def test_the_page_of_a_user_shows_and_changes_their_groups(boss: Client) -> None:
    ada = rows.person("ada@example.com")
    group = CustomerGroup.objects.create(code="trade", title="Trade prices")
    data = {"email": "ada@example.com", "is_active": "on", "customer_groups": [group.pk]}
    data |= formset("orders") | formset("carts") | formset("addresses") | formset("sessions")
    assert boss.post(page_of(ada), data).status_code == 302
    assert [each.code for each in ada.customer_groups.all()] == ["trade"]
    assert "Trade prices" in boss.get(page_of(ada)).content.decode()


def test_support_sees_groups_and_puts_nobody_into_them(browser_of: Any) -> None:
    support = browser_of(Role.SUPPORT)
    group = CustomerGroup.objects.create(code="trade", title="Trade")
    group.members.add(rows.person("ada@example.com"))
    assert "ada@example.com" in support.get(page_of(group)).content.decode()
    assert support.post(page_of(group), {"title": "X"}).status_code == 403


@pytest.mark.parametrize("count", [1, 120])
def test_the_page_of_a_list_costs_the_same_whatever_its_prices(
    manager: Client, assert_statements: Any, count: int
) -> None:
    new_list("sale", {variant.sku: 900 for variant in rows.variants(count)})
    url = page_of(PriceList.objects.get())
    manager.get(url)
    # Session, user, roles; the list, the groups; its prices with their count.
    with assert_statements(7):
        manager.get(url)
