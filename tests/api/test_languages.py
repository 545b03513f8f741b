"""The language that a buyer is written to in: theirs if the shop has it, else the shop's first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from rest_framework.test import APIClient

from orders.models import Order
from tests.shop import DETAILS, complete, items, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    stock_variants()
    offer_shipping()


def begin(client: APIClient, accepted: str | None = None, **body: object) -> dict[str, object]:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    response = client.post(
        "/api/v1/checkouts", {"items": items(["SKU-0"]), **DETAILS, **body}, headers=headers
    )
    assert response.status_code == 201, response.content
    checkout: dict[str, object] = response.json()
    client.credentials(HTTP_CART_TOKEN=str(checkout["token"]))
    return checkout


@pytest.mark.parametrize(
    ("accepted", "language"), [("de-AT, en;q=0.5", "de"), ("nl", "en"), (None, "en"), ("\0", "en")]
)
def test_a_checkout_begins_in_the_language_of_the_browser(
    client: APIClient, accepted: str | None, language: str
) -> None:
    assert begin(client, accepted)["language"] == language


def test_a_language_that_is_named_wins_over_the_browser(client: APIClient) -> None:
    assert begin(client, "de", language="fr")["language"] == "fr"


def test_the_language_is_changed_and_taken_back_and_the_order_keeps_it(client: APIClient) -> None:
    checkout = begin(client, "de")
    path = f"/api/v1/checkouts/{checkout['id']}"
    assert client.patch(path, {"email": "a@example.com"}).json()["language"] == "de"
    assert client.patch(path, {"language": None}).json()["language"] == "en"
    assert client.patch(path, {"language": "fr"}).json()["language"] == "fr"
    number = complete(client, checkout).json()["order"]["number"]
    assert client.get(f"/api/v1/orders/{number}").json()["language"] == "fr"


@pytest.mark.parametrize("language", ["nl", "", "DE", 7, ["de"], "x" * 10_000])
def test_a_language_that_the_shop_does_not_write_is_refused(
    client: APIClient, language: object
) -> None:
    checkout = begin(client)
    response = client.patch(f"/api/v1/checkouts/{checkout['id']}", {"language": language})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/language"


def test_an_order_of_before_languages_has_the_first_of_the_shop(client: APIClient) -> None:
    number = complete(client, begin(client, "fr")).json()["order"]["number"]
    Order.objects.update(language="")
    assert client.get(f"/api/v1/orders/{number}").json()["language"] == "en"


def test_an_account_is_written_to_in_the_language_it_was_opened_in_or_has_chosen(
    client: APIClient, run_jobs: Callable[[], int]
) -> None:
    account = {"email": "ada@example.com", "password": "correct horse battery"}
    opened = client.post("/api/v1/auth/register", account, headers={"Accept-Language": "fr"})
    assert (opened.status_code, opened.json()["language"]) == (201, "fr")
    run_jobs()
    tokens = client.post("/api/v1/auth/token", account).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    assert client.patch("/api/v1/me", {"language": "nl"}).status_code == 400
    assert client.patch("/api/v1/me", {"language": "de"}).json()["language"] == "de"
    client.post("/api/v1/me/email/verification")
    run_jobs()
    assert [message.subject for message in mail.outbox] == [
        "Confirmez votre adresse chez CongoCart",
        "Bestätigen Sie Ihre Adresse bei CongoCart",
    ]
    assert "Durée de validité de ce lien : 1\xa0semaine." in mail.outbox[0].body
