from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Price, Product, Variant
from checkout.models import ShippingMethod
from tests.integration.admin import rows


def formset(prefix: str, *forms: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """What a browser sends for the rows of an inline."""
    data: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(forms),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, form in enumerate(forms):
        data |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return data


def read_only_rows() -> dict[str, Any]:
    """What a browser sends for what a variant's page only shows, and for no pictures."""
    return formset("list_prices") | formset("price_changes") | formset("images")


def save_shipping(client, *prices: dict[str, str]):
    data = {
        "title": "Express",
        "code": "express",
        "position": 1,
        "active": "on",
        "priced_by": "flat",
        **formset("prices", *prices),
        **formset("bands"),
        **formset("zones"),
        **formset("free_from"),
    }
    return client.post(reverse("admin:checkout_shippingmethod_add"), data)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("19.99", "GBP", 1999),
        ("20", "gbp", 2000),
        ("0", "GBP", 0),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("1e2", "EUR", 10_000),
    ],
)
def test_a_price_is_typed_in_major_units_and_kept_in_minor_ones(boss, amount, currency, minor):
    assert save_shipping(boss, {"amount": amount, "currency": currency}).status_code == 302
    price = ShippingMethod.objects.get().prices.get()
    assert (price.amount, price.currency) == (minor, currency.upper())


@pytest.mark.parametrize(
    ("amount", "currency", "complaint"),
    [
        ("19.999", "GBP", "GBP amounts have at most 2 decimal places."),
        ("1.5", "JPY", "JPY amounts have no decimal places."),
        ("-1", "GBP", "greater than or equal to 0"),
        ("10000000000.01", "GBP", "Enter at most £10,000,000,000.00."),
        ("1000000000.001", "KWD", "Enter at most KWD"),
        ("NaN", "GBP", "Enter a number."),
        ("Infinity", "GBP", "Enter a number."),
        ("1e400", "GBP", "no more than 15 digits"),
        ("1e-999999", "GBP", "no more than 15 digits"),
        ("ten", "GBP", "Enter a number."),
        ("", "GBP", "This field is required."),
        ("1", "XYZ", "Enter a valid currency code."),
        ("1", "", "This field is required."),
    ],
)
def test_a_price_that_cannot_be_is_refused_with_the_reason(boss, amount, currency, complaint):
    response = save_shipping(boss, {"amount": amount, "currency": currency})
    assert complaint in response.content.decode()
    assert not ShippingMethod.objects.exists()


def test_a_second_price_in_one_currency_is_refused(boss):
    price = {"amount": "1", "currency": "GBP"}
    assert save_shipping(boss, price, price).status_code == 200
    assert not ShippingMethod.objects.exists()


def test_a_stored_price_is_shown_in_major_units(boss):
    variant = rows.variants(1)[0]
    page = boss.get(reverse("admin:catalog_variant_change", args=[variant.pk])).content.decode()
    assert 'value="19.99"' in page
    assert "1999" not in page


def product_form(*variants: dict[str, Any], initial: int = 0, **changes: Any) -> dict[str, Any]:
    fields = {"title": "Kettle", "slug": "kettle", "description": "", "category": "",
              "options": "", "status": "published"}  # fmt: skip
    inlines = formset("images") | formset("variants", *variants, initial=initial)
    return fields | changes | inlines


def new_variant(sku: str, price: str) -> dict[str, Any]:
    return {"sku": sku, "title": "", "options": "", "price": price, "position": 0,
            "weight": 0, "requires_shipping": "on"}  # fmt: skip


def test_a_product_is_added_with_variants_prices_and_their_stock(boss):
    response = boss.post(
        reverse("admin:catalog_product_add"),
        product_form(new_variant("K-1", "24.50"), new_variant("K-2", "")),
    )
    assert response.status_code == 302
    first, second = Product.objects.get().variants.order_by("sku")
    assert [(price.currency, price.amount) for price in first.prices.all()] == [("GBP", 2450)]
    assert not second.prices.exists()
    assert (first.stock.on_hand, second.stock.on_hand) == (0, 0)


def existing(variant: Variant, price: str) -> dict[str, Any]:
    fields = new_variant(variant.sku, price)
    return fields | {"id": variant.pk, "product": variant.product_id, "position": variant.position}


@pytest.mark.parametrize(("typed", "kept"), [("5", [500]), ("", []), ("19.99", [1999])])
def test_a_variants_price_is_changed_or_taken_away_on_the_products_page(boss, typed, kept):
    variant = rows.variants(1)[0]
    response = boss.post(
        reverse("admin:catalog_product_change", args=[variant.product_id]),
        product_form(existing(variant, typed), initial=1),
    )
    assert response.status_code == 302
    assert list(Price.objects.values_list("amount", flat=True)) == kept


def test_saving_a_product_writes_only_what_was_changed_on_its_page(boss):
    variant = rows.variants(1)[0]
    product = variant.product
    form = product_form(existing(variant, "19.99"), initial=1, title="New", slug=product.slug,
                        category=product.category_id)  # fmt: skip
    Product.objects.update(deleted_at=timezone.now())
    boss.post(reverse("admin:catalog_product_change", args=[product.pk]), form)
    product.refresh_from_db()
    assert product.title == "New"
    assert product.deleted_at is not None


@pytest.mark.parametrize(
    ("options", "stored"),
    [
        ("", []),
        ("Size: S, M\r\n\r\nColor:Red,,Red", [("Size", ["S", "M"]), ("Color", ["Red"])]),
        ("Time: 10:30, 11:00", [("Time", ["10:30", "11:00"])]),
        ("nonsense", None),
        ("Size:", None),
        (": S", None),
        ("Size: S\nSize: M", None),
        (f"{'x' * 101}: S", None),
        (f"Size: {'x' * 201}", None),
        ("\n".join(f"{n}: x" for n in range(51)), None),
    ],
)
def test_options_are_written_one_a_line(boss, options, stored):
    response = boss.post(reverse("admin:catalog_product_add"), product_form(options=options))
    assert response.status_code == (200 if stored is None else 302)
    found = [
        [(each["name"], each["values"]) for each in row.options] for row in Product.objects.all()
    ]
    assert found == ([] if stored is None else [stored])


def test_options_that_nobody_changed_stay_as_they_are(boss):
    variant = rows.variants(1)[0]
    product = variant.product
    product.options = [{"name": "Fit: for", "values": ["A, B", "C"]}]
    variant.options = {"Fit: for": "A, B"}
    product.save()
    variant.save()
    page = boss.get(reverse("admin:catalog_product_change", args=[product.pk])).content.decode()
    assert "Fit: for: A, B, C" in page
    boss.post(
        reverse("admin:catalog_product_change", args=[product.pk]),
        product_form(
            existing(variant, "1") | {"options": "Fit: for: A, B"},
            initial=1, slug=product.slug, options="Fit: for: A, B, C",
        ),
    )  # fmt: skip
    product.refresh_from_db()
    variant.refresh_from_db()
    assert product.title == "Kettle"
    assert product.options == [{"name": "Fit: for", "values": ["A, B", "C"]}]
    assert variant.options == {"Fit: for": "A, B"}


def test_a_variant_without_a_title_is_called_by_its_options(boss):
    size = {"options": "Size: S\nColor: Red"}
    boss.post(reverse("admin:catalog_product_add"), product_form(new_variant("K", "1") | size))
    variant = Variant.objects.get()
    assert (variant.title, variant.options) == ("S / Red", {"Size": "S", "Color": "Red"})
    boss.post(
        reverse("admin:catalog_product_change", args=[variant.product_id]),
        product_form(
            existing(variant, "1") | {"options": "Size: M", "title": "S / Red"}, initial=1
        ),
    )
    variant.refresh_from_db()
    assert variant.title == "M"


def test_all_pages_of_a_long_list_of_variants_can_be_saved(boss):
    product = rows.variants(1)[0].product
    Variant.objects.bulk_create(
        Variant(product=product, sku=f"V-{number:02}", position=number) for number in range(1, 61)
    )
    url = reverse("admin:catalog_product_change", args=[product.pk])
    last = list(Variant.objects.order_by("position", "id")[50:])
    form = product_form(*[existing(variant, "3") for variant in last], initial=len(last),
                        slug=product.slug, category=product.category_id)  # fmt: skip
    response = boss.post(f"{url}?variants-page=2", form | {"variants-page": 2})
    assert response.status_code == 302, response.context["errors"]
    assert Price.objects.filter(amount=300).count() == 11
