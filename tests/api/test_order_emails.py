"""What buyers are written to about their orders."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from rest_framework.test import APIClient

from tests.shop import new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    stock_variants(count=2)
    offer_shipping()


def test_x(client: APIClient, run_jobs: Callable[[], int]) -> None:
    new_order(client, ["SKU-0", "SKU-1"], 2, language="de")
    run_jobs()
    for m in mail.outbox:
        print(m.subject); print(m.body); print(m.alternatives[0][0])
    assert 0
