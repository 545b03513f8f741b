from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.domain import Role
from accounts.models import CustomerGroup
from carts.models import Cart
from catalog.models import Product
from checkout.models import Checkout, ShippingMethod, ShippingZone
from core.backoffice.base import ReadOnly
from orders.models import Order
from pricing.models import PriceList
from tests.integration.admin import rows

READ_ONLY = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, ReadOnly)),
    key=lambda model: model._meta.label,
)


def url_of(model: type, kind: str, *args: object) -> str:
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{kind}", args=args)


@pytest.mark.parametrize("lines", [1, 592])
def test_the_page_of_an_order_costs_the_same_for_one_line_and_for_592(
    boss, assert_statements, lines
):
    order = rows.order(rows.variants(lines), customer=rows.person("ada@example.com"))
    url = url_of(Order, "change", order.pk)
    page = boss.get(url).content.decode()
    # Session, user and roles; order, lines, payments with their operations, fulfillments, returns,
    # and where the units are; invoices; the order as Django reads it; the timeline; the look.
    with assert_statements(16):
        boss.get(url)
    assert page.count("£19.99") >= min(lines, 100)
    assert f"Order placed for £{19.99 * lines:,.2f}" in page
    assert "12 St James&#x27;s Square" in page
    assert ("SKU-591" in boss.get(f"{url}?lines-page=6")
            .content.decode()) == (lines == 592)  # fmt: skip


@pytest.mark.parametrize(
    ("model", "statements"),
    [(Cart, 7), (Checkout, 13)],
)
@pytest.mark.parametrize("lines", [1, 592])
def test_the_page_of_a_cart_or_checkout_costs_the_same_for_one_line_and_for_592(
    boss, assert_statements, model, statements, lines
):
    rows.order(rows.variants(lines))
    url = url_of(model, "change", model.objects.get().pk)
    boss.get(url)
    with assert_statements(statements):
        boss.get(url)


@pytest.mark.parametrize("count", [1, 120])
def test_the_page_of_a_product_costs_the_same_whatever_its_variants(boss, assert_statements, count):
    product = rows.variants(1)[0].product
    for variant in rows.variants(count - 1, prefix="MORE"):
        variant.product = product
        variant.save()
    url = url_of(Product, "change", product.pk)
    assert boss.get(url).status_code == 200
    # Session, user, roles; product, variants and prices for its list column; category;
    # variants with their count and prices for their own; pictures; the version of the tax classes;
    # the status for the buttons.
    with assert_statements(13):
        boss.get(url)


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)
def test_records_can_be_read_and_not_written_even_by_forged_requests(boss, model):
    rows.shop(1)
    row = model._base_manager.order_by("-pk").first()
    before = model._base_manager.filter(pk=row.pk).values().get()
    assert boss.get(url_of(model, "change", row.pk)).status_code == 200
    forged = {field.name: "1" for field in model._meta.concrete_fields} | {"_save": "Save"}
    responses = [
        boss.post(url_of(model, "change", row.pk), forged),
        boss.post(url_of(model, "add"), forged),
        boss.get(url_of(model, "add")),
        boss.post(url_of(model, "delete", row.pk), {"post": "yes"}),
    ]
    assert [response.status_code for response in responses] == [403] * 4
    boss.post(
        url_of(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"},
    )
    assert model._base_manager.filter(pk=row.pk).values().get() == before


def test_records_are_all_that_is_read_only():
    assert {model._meta.label for model in READ_ONLY} == {
        "staff.PersonalDataAccess",
        "accounts.StaffInvitation",
        "api.IdempotencyKey",
        "carts.Cart",
        "checkout.Checkout",
        "events.Event",
        "inventory.Movement",
        "inventory.Reservation",
        "invoices.Invoice",
        "orders.Order",
        "payments.Payment",
        "pricing.VatCheck",
        "procrastinate.ProcrastinateJob",
    }


@pytest.mark.parametrize(
    "name", ["catalog_product", "catalog_variant", "inventory_stock", "accounts_user"]
)
def test_what_others_refer_to_is_never_deleted_by_hand(boss, name):
    rows.shop(1)
    model = next(
        model
        for model in admin.site._registry
        if f"{model._meta.app_label}_{model._meta.model_name}" == name
    )
    row = model._base_manager.first()
    assert boss.post(url_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    boss.post(
        url_of(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"},
    )
    assert model._base_manager.filter(pk=row.pk).exists()


def test_bodies_and_headers_of_kept_answers_are_not_shown(boss):
    rows.shop(1)
    url = reverse("admin:api_idempotencykey_change", args=[f"{0:064}"])
    page = boss.get(url).content.decode()
    assert "Fingerprint" in page
    assert "Headers" not in page
    assert "Body" not in page


def test_an_address_cannot_smuggle_markup_into_the_admin(boss):
    order = rows.order(rows.variants(1))
    order.shipping_address = rows.ADDRESS | {"line1": "<script>alert(1)</script>"}
    order.save()
    page = boss.get(url_of(Order, "change", order.pk)).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_customer_is_not_let_in(browser_of):
    assert browser_of(Role.CUSTOMER).get("/admin/").status_code == 302


def test_the_page_of_an_order_shows_its_payment_status_in_words(boss):
    order = rows.order(rows.variants(1))
    page = boss.get(url_of(Order, "change", order.pk)).content.decode()
    assert "Payment:</span> Pending" in page
    assert "(&#x27;pending&#x27;" not in page
    assert ">Pending<" in "".join(page.split())


def test_the_pages_of_checkout_and_order_show_who_bought_and_what_they_agreed_to(boss):
    placed = rows.order(rows.variants(1))
    consents = [
        {"marketing": True, "given_at": "2026-11-29T12:00:00Z"},
        {"marketing": False, "terms": True, "source": "checkout", "text": "2026-10",
         "given_at": "2026-11-29T12:05:00Z"},
    ]  # fmt: skip
    buyer = {"first_name": "Augusta", "last_name": "King", "phone": "020 7946 0958"}
    Order.objects.update(buyer=buyer, consents=consents)
    Checkout.objects.update(buyer=buyer, consents=consents)

    for page in (
        f"/admin/orders/order/{placed.pk}/change/",
        f"/admin/checkout/checkout/{placed.checkout_id}/change/",
    ):
        text = boss.get(page).content.decode()
        assert "Augusta King" in text
        assert "020 7946 0958" in text
        assert "29 Nov 2026 12:00 UTC: marketing yes" in text
        assert "29 Nov 2026 12:05 UTC: marketing no, terms yes (checkout, 2026-10)" in text


@pytest.mark.parametrize("model", [ShippingMethod, ShippingZone, PriceList, CustomerGroup])
def test_a_code_is_written_along_with_the_title_and_stays(boss, model):
    rows.shop(1)
    added = boss.get(url_of(model, "add")).context["adminform"].prepopulated_fields
    assert [field["field"].name for field in added] == ["code"]
    kept = boss.get(url_of(model, "change", model.objects.get().pk)).context["adminform"]
    assert kept.prepopulated_fields == []
