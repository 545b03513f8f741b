"""Editing an order in the admin: what it comes to is said first, and it is done once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Price
from core.caller import Caller
from orders.models import Order, OrderEdit
from orders.services import fulfill_order
from tests.integration.admin.rows import person
from tests.shop import offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(client: APIClient) -> Order:
    """Two units each of two variants, paid by a provider."""
    offer_shipping()
    stock_variants(3)
    return Order.objects.get(number=paid_order(client))


@pytest.fixture
def support(order: Order) -> Client:
    client = Client()
    client.force_login(person("support@example.com", Role.SUPPORT))
    return client


def url_of(order: Order) -> str:
    return reverse("admin:orders_order_act", args=[order.pk, "edit"])


def filled(support: Client, order: Order, **changes: Any) -> dict[str, Any]:
    """The form as it is shown, with these changes; a line is named by its SKU."""
    form = support.get(url_of(order)).context["form"]
    values = {
        name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()
    }
    names = {f"units-{line.id}": line.sku for line in order.lines.all()}
    return {name: changes.pop(names.get(name, ""), value) for name, value in values.items()} | (
        changes
    )


def units_of(order: Order) -> dict[str, int]:
    return dict(order.lines.order_by("position").values_list("sku", "quantity"))


def test_the_review_says_what_it_comes_to_and_changes_nothing(
    support: Client, order: Order
) -> None:
    form = filled(support, order, **{"SKU-0": 1, "sku-1": "SKU-2", "quantity-1": 3})
    review = support.post(url_of(order), form).context["review"]
    assert review == (
        "Added: 3 × Thing SKU – No. 2. Removed: 1 × Thing SKU – No. 0. "
        "The order comes to £64.03, £20.06 more than now. £20.06 is due then."
    )
    assert (units_of(order), OrderEdit.objects.count()) == ({"SKU-0": 2, "SKU-1": 2}, 0)


def test_a_confirmed_edit_is_done_once(support: Client, order: Order) -> None:
    form = filled(support, order, **{"SKU-0": 0, "reason": "Wrong item."})
    told = support.post(url_of(order), form).context["review"]
    assert told.endswith("less than now. £20.00 is paid back.")
    for _ in range(2):
        assert support.post(url_of(order), {**form, "confirmed": "yes"}).status_code == 302
    assert (units_of(order), OrderEdit.objects.count()) == ({"SKU-1": 2}, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SKU-0": 0, "SKU-1": 0}, "Nothing would be left; cancel the order instead."),
        ({"quantity-1": 2}, "Enter the SKU of these units."),
        ({"sku-1": "NONE"}, "These SKUs are not for sale: NONE."),
        ({"SKU-0": 10_000}, "less than or equal to 9999"),
        ({}, "The order has these lines already."),
    ],
)
def test_a_form_that_cannot_be_done_says_why(
    support: Client, order: Order, changes: dict[str, Any], said: str
) -> None:
    response = support.post(url_of(order), filled(support, order, **changes))
    assert said in response.content.decode()
    assert not OrderEdit.objects.exists()


def test_there_is_no_button_once_something_was_sent_or_for_other_duties(
    support: Client, order: Order
) -> None:
    page = reverse("admin:orders_order_change", args=[order.pk])
    assert "Edit the order" in support.get(page).content.decode()
    packer = Client()
    packer.force_login(person("packer@example.com", Role.FULFILLMENT))
    assert "Edit the order" not in packer.get(page).content.decode()
    assert packer.get(url_of(order)).status_code == 403
    Order.objects.update(fulfillment_status="fulfilled")
    assert "Edit the order" not in support.get(page).content.decode()


def test_what_is_confirmed_is_what_the_review_has_told(support: Client, order: Order) -> None:
    form = filled(support, order, **{"sku-1": "SKU-2"})
    shown = support.post(url_of(order), form).context["form"]
    confirmed = {name: shown[name].value() or "" for name in shown.fields} | {"confirmed": "yes"}
    Price.objects.filter(variant__sku="SKU-2", currency="GBP").update(amount=7_777)
    told = support.post(url_of(order), confirmed)
    assert "another total than the one expected" in told.content.decode()
    assert not OrderEdit.objects.exists()


def test_of_two_tabs_the_second_one_is_told_that_something_has_happened(
    support: Client, order: Order
) -> None:
    tabs = [filled(support, order, **{"SKU-0": count}) for count in (1, 3)]
    for form, units in zip(tabs, (1, 1), strict=True):
        support.post(url_of(order), {**form, "confirmed": "yes"})
        assert units_of(order)["SKU-0"] == units
    # One that is only reviewed is told so before it sees an amount.
    page = support.post(url_of(order), tabs[1], follow=True)
    assert "Something else happened to this order" in page.content.decode()


def test_units_that_were_sent_are_the_least_that_can_be_entered(
    support: Client, order: Order
) -> None:
    packer = Caller(roles=frozenset({Role.FULFILLMENT}))
    fulfill_order(caller=packer, number=order.number, items={"SKU-0": 1}, now=timezone.now())
    form = support.get(url_of(order)).context["form"]
    field = form.fields[f"units-{order.lines.get(sku='SKU-0').id}"]
    assert field.min_value == 1
    assert field.label.endswith(", 2 ordered and 1 sent")
    response = support.post(url_of(order), filled(support, order, **{"SKU-0": 0}))
    assert "greater than or equal to 1" in response.content.decode()
