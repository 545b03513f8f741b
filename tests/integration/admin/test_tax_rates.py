"""The admin's page of tax rates: percent and words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.domain import Role
from pricing.models import TaxRate

ADD = reverse("admin:pricing_taxrate_add")
ESTONIA = {
    "country": "ee", "region": "", "tax_class": "standard", "title": "VAT", "rate": "22",
    "valid_from": "2024-01-01", "valid_to": "", "source": "law",
}  # fmt: skip


def page_of(rate: TaxRate) -> str:
    return reverse("admin:pricing_taxrate_change", args=[rate.pk])


def test_a_rate_is_typed_in_percent_and_kept_as_a_fraction(boss: Any) -> None:
    assert boss.post(ADD, ESTONIA).status_code == 302
    rate = TaxRate.objects.get()
    assert (rate.country, rate.rate, rate.valid_to) == ("EE", Decimal("0.22"), None)

    page = boss.get(page_of(rate)).content.decode()
    assert 'value="22"' in page
    assert boss.post(page_of(rate), {**ESTONIA, "rate": "9.975"}).status_code == 302
    rate.refresh_from_db()
    assert rate.rate == Decimal("0.09975")
    assert "9.975 %" in boss.get(reverse("admin:pricing_taxrate_changelist")).content.decode()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"rate": "101"}, "less than or equal to 100"),
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"rate": "1.23456"}, "no more than 4 decimal places"),
        ({"country": "XX"}, "There is no country with the code"),
        ({"country": "CA", "region": "Atlantis"}, "CA has no region"),
        ({"valid_to": "2023-12-31"}, "The last day is before the first."),
        ({"added": "on", "title": ""}, "A rate that is added to another needs a title."),
        ({"country": ""}, "This field is required."),
        ({"tax_class": "no spaces"}, "valid “slug”"),
    ],
)
def test_what_is_no_rate_is_explained(boss: Any, values: dict[str, str], complaint: str) -> None:
    response = boss.post(ADD, {**ESTONIA, **values})
    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert not TaxRate.objects.exists()


def test_an_overlap_says_which_rate_to_end_and_when(boss: Any) -> None:
    boss.post(ADD, ESTONIA)
    response = boss.post(ADD, {**ESTONIA, "rate": "24", "valid_from": "2025-07-01"})
    assert (
        "EE standard 22 % holds from 2024-01-01 until further notice: end that one on 2025-06-30,"
        " or give other dates." in response.content.decode()
    )
    boss.post(page_of(TaxRate.objects.get()), {**ESTONIA, "valid_to": "2025-06-30"})
    assert boss.post(ADD, {**ESTONIA, "rate": "24", "valid_from": "2025-07-01"}).status_code == 302
    days = TaxRate.objects.order_by("valid_from").values_list("valid_from", "valid_to")
    assert [*days] == [
        (date(2024, 1, 1), date(2025, 6, 30)), (date(2025, 7, 1), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MANAGER, 302), (Role.SUPPORT, 403), (Role.FULFILLMENT, 403)]
)
def test_managers_edit_rates_and_other_staff_read_them(
    browser_of: Any, role: Role, status: int
) -> None:
    browser = browser_of(role)
    assert browser.post(ADD, ESTONIA).status_code == status
    assert browser.get(reverse("admin:pricing_taxrate_changelist")).status_code == 200
