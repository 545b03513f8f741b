"""What was stored before is brought into the form in which it is compared."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import EmailChange, SavedAddress, User
from checkout.models import Checkout
from orders.models import Order
from tests.shop import ADDRESS, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
CYRILLIC, ASCII = "info@почта.рф", "info@xn--80a1acny.xn--p1ai"


def bring_into_one_form(app: str, migration: str) -> None:
    """Run it twice, as it may be when it was interrupted."""
    for _ in range(2):
        import_module(f"{app}.migrations.{migration}").one_form(apps, None)


def test_saved_addresses_get_the_form_of_their_country(client_of):
    ada = client_of()
    old = {"region": "dublin", "postal_code": "d02x285", "country_code": "ie"}
    (unknown,) = SavedAddress.objects.bulk_create(
        [SavedAddress(user_id=ada.user_id, **{**ADDRESS, "country_code": "XX"})]
    )
    rows = [SavedAddress(user_id=ada.user_id, **{**ADDRESS, **old}) for _ in range(3)]
    SavedAddress.objects.bulk_create(rows)

    bring_into_one_form("accounts", "0009_stored_in_one_form")

    changed = SavedAddress.objects.exclude(pk=unknown.pk)
    assert set(changed.values_list("region", "postal_code", "country_code")) == {
        ("Co. Dublin", "D02 X285", "IE")
    }
    unknown.refresh_from_db()
    assert (unknown.country_code, unknown.postal_code) == ("XX", ADDRESS["postal_code"])


def test_addresses_of_people_get_a_domain_in_ascii(client, client_of):
    offer_shipping()
    order = new_order(client, stock_variants())
    taken, ada = client_of(email="info@xn--mgbb.example"), client_of()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user DROP CONSTRAINT accounts_email_in_ascii")
    User.objects.filter(pk=ada.user_id).update(email=CYRILLIC)
    also = User.objects.create(email="x@example.com")
    User.objects.filter(pk=taken.user_id).update(email="jo@xn--bcher-kva.example")
    User.objects.filter(pk=also.pk).update(email="jo@bücher.example")
    EmailChange.objects.create(user=also, new_email=CYRILLIC, created_at=also.created_at)
    Order.objects.update(email=CYRILLIC)
    Checkout.objects.update(email=CYRILLIC)

    bring_into_one_form("accounts", "0009_stored_in_one_form")
    bring_into_one_form("orders", "0006_stored_in_one_form")
    bring_into_one_form("checkout", "0007_stored_in_one_form")

    assert User.objects.get(pk=ada.user_id).email == ASCII
    assert User.objects.get(pk=also.pk).email == "jo@bücher.example"  # the other form is taken
    assert EmailChange.objects.get().new_email == ASCII
    assert Order.objects.get(number=order["number"]).email == ASCII
    assert Checkout.objects.get().email == ASCII
