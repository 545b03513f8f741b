"""What a limit for each customer remembers of people is exported and erased with the rest."""

from __future__ import annotations

from typing import Any

import pytest

from pricing.models import Redemption, Slot
from tests.conftest import PASSWORD
from tests.promotions import offer
from tests.shop import new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


def test_who_used_a_promotion_is_forgotten_and_that_it_was_used_is_not(client_of: Any) -> None:
    offer_shipping()
    stock_variants(1)
    offer(title="Mine", usage_limit=5, per_customer_limit=1)
    owner = client_of()
    new_order(owner, ["SKU-0"])

    exported = owner.get("/api/v1/me/export").json()
    assert [use["promotion"] for use in exported["promotions"]] == ["Mine"]
    assert owner.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204

    assert Redemption.objects.get().customer_key == ""
    assert Slot.objects.get().at_most == 5
