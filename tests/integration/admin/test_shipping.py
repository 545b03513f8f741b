"""Managers edit shipping in money, kilograms and the names of countries."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.domain import Role
from checkout.models import (
    Checkout,
    ShippingArea,
    ShippingBand,
    ShippingMethod,
    ShippingMethodZone,
    ShippingZone,
)
from checkout.services import create_shipping_zone
from core.address import Place
from orders.models import Order
from tests.integration.admin import rows
from tests.integration.admin.test_prices import formset

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(browser_of):
    return browser_of(Role.MANAGER)


def save_method(client, *bands: dict[str, Any], path: str = "", initial: int = 0, **more: Any):
    data = {
        "title": "Parcel",
        "code": "parcel",
        "position": 1,
        "active": "on",
        "priced_by": "weight",
        **formset("prices"),
        **formset("bands", *bands, initial=initial),
        **formset("zones"),
        **formset("free_from"),
        **more,
    }
    return client.post(path or reverse("admin:checkout_shippingmethod_add"), data)


def band(minimum: str, amount: str, currency: str = "GBP", **more: Any) -> dict[str, Any]:
    return {"minimum": minimum, "amount": amount, "currency": currency, **more}


def stored() -> list[tuple[str, int, int | None]]:
    return list(ShippingBand.objects.values_list("currency", "minimum", "amount"))


@pytest.mark.parametrize(
    ("priced_by", "minimum", "kept"),
    [
        ("weight", "2", 2_000),
        ("weight", "0.25", 250),
        ("subtotal", "49.99", 4_999),
        ("quantity", "12", 12),
    ],
)
def test_bands_are_typed_in_kilograms_money_or_units(manager, priced_by, minimum, kept):
    bands = (band("0", "3.95"), band(minimum, ""))
    assert save_method(manager, *bands, priced_by=priced_by).status_code == 302
    assert stored() == [("GBP", 0, 395), ("GBP", kept, None)]
    path = reverse("admin:checkout_shippingmethod_change", args=["parcel"])
    page = manager.get(path).content.decode()
    assert f'value="{minimum}"' in page
    assert 'value="3.95"' in page


def test_an_unchanged_method_is_saved_unchanged(manager):
    save_method(manager, band("0", "3.95"), band("2.5", "5.95"))
    path = reverse("admin:checkout_shippingmethod_change", args=["parcel"])
    typed = [
        band(begins, amount, id=row.pk, method="parcel")
        for row, begins, amount in zip(
            ShippingBand.objects.all(), ("0", "2.5"), ("3.95", "5.95"), strict=True
        )
    ]
    before = stored()
    assert save_method(manager, *typed, path=path, initial=2, title="Box").status_code == 302
    assert (stored(), ShippingMethod.objects.get().title) == (before, "Box")


def test_what_was_in_kilograms_is_in_units_when_the_method_is_priced_by_them(manager):
    save_method(manager, band("0", "3.95"), band("2", "5.95"))
    path = reverse("admin:checkout_shippingmethod_change", args=["parcel"])
    typed = [
        band(begins, amount, id=row.pk, method="parcel")
        for row, begins, amount in zip(
            ShippingBand.objects.all(), ("0", "2"), ("3.95", "5.95"), strict=True
        )
    ]
    save_method(manager, *typed, path=path, initial=2, priced_by="quantity")
    assert stored() == [("GBP", 0, 395), ("GBP", 2, 595)]


@pytest.mark.parametrize(
    ("bands", "more", "complaint"),
    [
        ([], {}, "Enter a band with a price: without one it is never offered."),
        ([band("0", "")], {}, "Enter a band with a price: without one it is never offered."),
        ([band("0", "")], {"priced_by": "flat"}, "Delete these, or choose what it is priced by."),
        ([], {"priced_by": "flat"}, "Enter a price: without one it is never offered."),
        (
            [band("0", "1")],
            formset("prices", {"amount": "1", "currency": "GBP"}),
            "Delete these: it is priced by weight, in bands.",
        ),
        ([band("0", "1"), band("0", "2")], {}, "Please correct the duplicate data"),
        ([band("0", "1"), band("1", ""), band("2", "3")], {}, "enter a price for each band"),
        ([band("0.0001", "1")], {}, "Enter whole grams."),
        ([band("0.5", "1")], {"priced_by": "quantity"}, "Enter whole units."),
        ([band("0.001", "1")], {"priced_by": "subtotal"}, "at most 2 decimal places"),
        ([band("-1", "1")], {}, "greater than or equal to 0"),
        ([band("999999999999999", "1")], {}, "Enter less."),
        ([band("0", "-1")], {}, "greater than or equal to 0"),
        ([band("0", "1", "XYZ")], {}, "Enter a valid currency code."),
        ([band("", "1")], {}, "This field is required."),
        ([band("0", "1")], {"min_days": 5, "max_days": 2}, "Enter at least 5"),
    ],
)
def test_a_method_that_cannot_be_is_refused_with_the_reason(manager, bands, more, complaint):
    response = save_method(manager, *bands, **more)
    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert not ShippingMethod.objects.exists()


def test_a_method_delivers_to_zones_and_is_free_with_some_goods(manager):
    create_shipping_zone(code="uk", title="UK", areas=[Place("GB")])
    response = save_method(
        manager,
        band("0", "3.95"),
        **formset("zones", {"zone": "uk"}),
        **formset("free_from", {"amount": "50", "currency": "GBP"}),
        free_with_skus="GIFT, CARD",
    )
    assert response.status_code == 302
    method = ShippingMethod.objects.get()
    assert method.free_with_skus == ["GIFT", "CARD"]
    assert [each.amount for each in method.free_from.all()] == [5_000]
    listed = manager.get(reverse("admin:checkout_shippingmethod_changelist")).content.decode()
    assert "from £3.95, by weight" in listed


def test_an_order_of_which_nothing_was_delivered_has_its_page(manager):
    order = rows.order(rows.variants(1))
    nothing = {"shipping_address": {}, "shipping_method": "", "shipping_title": ""}
    Order.objects.update(**nothing, billing_address={})
    Checkout.objects.update(**nothing, billing_address=None, requires_shipping=False)
    for name, row in (("orders_order", order.pk), ("checkout_checkout", order.checkout_id)):
        page = manager.get(reverse(f"admin:{name}_change", args=[row]))
        assert page.status_code == 200
        assert "Shipping address" in page.content.decode()


def save_zone(client, path: str = "", **fields: Any):
    data = {"title": "North", "code": "north", **fields}
    return client.post(path or reverse("admin:checkout_shippingzone_add"), data)


def areas() -> set[tuple[str, str]]:
    return set(ShippingArea.objects.values_list("country", "region"))


def test_a_zone_is_countries_regions_and_everywhere_else(manager):
    fields = {"countries": ["CA", "NO"], "regions": "US: Alaska, hi\nes: Madrid"}
    assert save_zone(manager, **fields, everywhere_else="on").status_code == 302
    assert areas() == {("CA", ""), ("NO", ""), ("US", "AK"), ("US", "HI"), ("ES", "M"), ("", "")}
    path = reverse("admin:checkout_shippingzone_change", args=["north"])
    page = manager.get(path).content.decode()
    assert '<option value="CA" selected>Canada (CA)</option>' in page
    assert "US: AK, HI" in page
    assert save_zone(manager, path, countries=["CA"]).status_code == 302
    assert areas() == {("CA", "")}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "Choose a country, a region or everywhere else."),
        ({"countries": ["XX"]}, "XX is not one of the available choices"),
        ({"countries": ["GB"]}, "The zone UK has GB: it is in one zone only."),
        ({"regions": "US: Bavaria"}, "This is not known as a region of that country."),
        ({"regions": "XX: Alaska"}, "There is no country with this code."),
        ({"regions": "Alaska"}, "Enter regions like US: Alaska, Hawaii."),
        ({"regions": "US:"}, "Enter regions like US: Alaska, Hawaii."),
    ],
)
def test_a_zone_that_cannot_be_is_refused_with_the_reason(manager, fields, complaint):
    create_shipping_zone(code="uk", title="UK", areas=[Place("GB")])
    response = save_zone(manager, **fields)
    assert response.status_code == 200
    assert complaint in response.content.decode().replace("&#x27;", "'")
    assert [zone.code for zone in ShippingZone.objects.all()] == ["uk"]


def test_a_zone_that_a_method_delivers_to_cannot_be_deleted(manager):
    create_shipping_zone(code="uk", title="UK", areas=[Place("GB")])
    save_method(manager, band("0", "1"), **formset("zones", {"zone": "uk"}))
    path = reverse("admin:checkout_shippingzone_delete", args=["uk"])
    manager.post(path, {"post": "yes"})
    assert ShippingZone.objects.exists()
    ShippingMethodZone.objects.all().delete()
    manager.post(path, {"post": "yes"})
    assert not ShippingZone.objects.exists()


def test_who_may_only_read_sees_kilograms_money_and_areas(manager, browser_of):
    save_method(manager, band("0", "3.95"), band("2.5", ""))
    save_zone(manager, countries=["NO"], regions="US: AK")
    reader = browser_of(Role.SUPPORT)
    page = reader.get(reverse("admin:checkout_shippingmethod_change", args=["parcel"]))
    text = page.content.decode()
    assert "2.5 kg" in text
    assert "£3.95" in text
    assert "Not delivered" in text
    zone = reader.get(reverse("admin:checkout_shippingzone_change", args=["north"]))
    assert "NO, US-AK" in zone.content.decode()
    refused = save_zone(reader, reverse("admin:checkout_shippingzone_change", args=["north"]))
    assert refused.status_code == 403
