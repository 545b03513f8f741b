"""Managers who edit zones and methods at the same moment, while buyers look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from checkout.errors import AreaTaken, ShippingZoneInUse, UnknownShippingZone
from checkout.models import ShippingArea, ShippingMethod, ShippingMethodZone, ShippingZone
from checkout.services import (
    create_shipping_method,
    create_shipping_zone,
    delete_shipping_zone,
    update_shipping_method,
)
from core.address import Place
from core.errors import CongoCartError
from core.money import Money
from tests.concurrency.racing import at_once
from tests.shop import items, stock_variants

pytestmark = pytest.mark.django_db(transaction=True)
PRICES = [Money(395, "GBP")]


def outcome(work: Callable[[], Any]) -> Callable[[], Any]:
    """What `work` returned, or how it was refused."""

    def run() -> Any:
        try:
            return work()
        except CongoCartError as refusal:
            return type(refusal)

    return run


@pytest.mark.parametrize("_", range(5))
def test_a_zone_is_deleted_or_delivered_to_never_both(_: int) -> None:
    create_shipping_zone(code="uk", title="UK", areas=[Place("GB")])
    deleted, made = at_once(
        outcome(lambda: delete_shipping_zone(code="uk")),
        outcome(
            lambda: create_shipping_method(
                code="a", changes={"title": "A", "zones": ["uk"], "prices": PRICES}
            )
        ),
    )
    assert (deleted, made) in {(None, UnknownShippingZone), (ShippingZoneInUse, "a")}
    assert ShippingZone.objects.exists() == ShippingMethodZone.objects.exists()


def test_of_two_zones_that_take_one_country_at_once_one_is_refused() -> None:
    def take(code: str) -> Callable[[], Any]:
        return outcome(
            lambda: create_shipping_zone(code=code, title=code, areas=[Place("GB"), Place(code)])
        )

    results = at_once(*(take(code) for code in ("FR", "DE", "IT", "ES")))
    assert sorted(map(str, results)).count(str(AreaTaken)) == 3
    assert ShippingArea.objects.count() == 2
    assert ShippingZone.objects.count() == 1


def test_two_changes_of_a_method_at_once_are_both_made() -> None:
    create_shipping_method(code="a", changes={"title": "A", "prices": PRICES})
    at_once(
        lambda: update_shipping_method(code="a", changes={"title": "B"}),
        lambda: update_shipping_method(code="a", changes={"prices": [Money(100, "EUR")]}),
        lambda: update_shipping_method(code="a", changes={"min_days": 3}),
    )
    method = ShippingMethod.objects.get()
    assert (method.title, method.min_days) == ("B", 3)
    assert [price.currency for price in method.prices.all()] == ["EUR"]


def test_a_quote_has_the_old_rate_or_the_new_one_and_after_the_change_the_new_one() -> None:
    create_shipping_method(code="a", changes={"title": "A", "prices": PRICES})
    body = {"items": items(stock_variants()), "country_code": "GB"}

    def quoted() -> int:
        client = APIClient()
        client.default_format = "json"
        [option] = client.post("/api/v1/shipping-quotes", body).json()["options"]
        return int(option["price"]["amount"])

    def raised() -> int:
        prices = [Money(595, "GBP")]
        update_shipping_method(code="a", changes={"prices": prices})
        return quoted()

    first, *others = at_once(raised, *[quoted] * 8)
    assert first == 595
    assert set(others) <= {395, 595}
    assert at_once(*[quoted] * 4) == [595] * 4
