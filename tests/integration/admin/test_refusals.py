"""What staff see when something is refused or odd: a page with a way back and the request id."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import Role
from tests.integration.admin import rows

BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8", "HTTP_HOST": "testserver"}


def told(response) -> str:
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return unescape(response.content.decode())


@pytest.mark.parametrize("path", ["/admin/nothing/", "/admin/orders/order/%00/change/"])
def test_a_page_that_is_not_there_leads_home_and_names_the_request(boss, path):
    response = boss.get(path, **BROWSER, HTTP_X_REQUEST_ID="the-request")
    assert response.status_code == 404
    page = told(response)
    assert "the-request" in page
    assert 'href="/admin/"' in page


def test_what_a_role_may_not_see_is_refused_on_a_page_with_a_way_back(browser_of):
    browser = browser_of(Role.SUPPORT)
    response = browser.get(
        "/admin/staff/personaldataaccess/", **BROWSER,
        HTTP_REFERER="http://testserver/admin/orders/order/?q=1",
    )  # fmt: skip
    assert response.status_code == 403
    assert 'href="/admin/orders/order/?q=1"' in told(response)


@pytest.mark.parametrize(
    "referrer", ["https://evil.example/admin/", "javascript:alert(1)", "//evil.example/admin/"]
)
def test_the_way_back_leads_to_no_stranger(browser_of, referrer):
    response = browser_of(Role.SUPPORT).get(
        "/admin/staff/personaldataaccess/", **BROWSER, HTTP_REFERER=referrer
    )
    page = told(response)
    assert "evil" not in page
    assert "alert" not in page


def test_an_expired_form_can_be_loaded_again(db):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/admin/login/", {"username": "a", "password": "b"}, **BROWSER)
    assert response.status_code == 403
    page = told(response)
    assert "The form has expired" in page
    assert 'href="/admin/login/"' in page


def test_a_bug_says_nothing_but_where_it_is_recorded(boss, monkeypatch):
    def explode(*args: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("congocart.dashboard.PANELS", [("orders.view_order", explode)])
    boss.raise_request_exception = False
    response = boss.get("/admin/", **BROWSER, HTTP_X_REQUEST_ID="the-request")
    assert response.status_code == 500
    page = told(response)
    assert "the-request" in page
    assert "secret" not in page


def test_machines_still_get_a_problem_document(boss):
    response = boss.get("/admin/nothing/", HTTP_ACCEPT="application/json")
    assert response["Content-Type"] == "application/problem+json"
    api = boss.get("/api/v1/nothing", **BROWSER)
    assert api["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("lookup", ["status", "status__exact", "id", "id__gte", "nonsense"])
def test_a_filter_that_cannot_be_read_shows_the_list_without_it(boss, lookup):
    rows.job()
    url = reverse("admin:procrastinate_procrastinatejob_changelist")
    response = boss.get(url, {lookup: "zz"}, follow=True)
    assert response.status_code == 200
    assert "expire_reservations" in response.content.decode()


@pytest.mark.parametrize("value", ["abc", "", "1e9", "00000000-0000-0000-0000-00000000000g"])
def test_a_new_form_ignores_what_its_address_cannot_fill_in(boss, value):
    for name in ("category", "title", "nonsense"):
        url = reverse("admin:catalog_product_add")
        assert boss.get(url, {name: value}).status_code == 200


def test_the_log_in_form_asks_for_the_code_last_and_calls_it_optional(client, db):
    page = client.get("/admin/login/").content.decode()
    places = [page.index(f'name="{name}"') for name in ("username", "password", "otp")]
    assert places == sorted(places)
    assert "(optional)" in page
    assert "Forgot your password?" in page
    assert page.count("<main") == 1


def test_a_history_says_what_it_is_of_and_records_have_none(boss):
    variant = rows.variants(1)[0]
    product = reverse("admin:catalog_product_history", args=[variant.product_id])
    assert "Nothing of this was changed in the admin." in boss.get(product).content.decode()
    order = rows.order([variant])
    payment = boss.get(reverse("admin:payments_payment_change", args=[order.payments.get().pk]))
    assert "/history/" not in payment.content.decode()
    boss.post(
        f"/admin/inventory/stock/{variant.pk}/change/",
        {"backorder": "on", "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0},
    )
    changed = boss.get(reverse("admin:inventory_stock_history", args=[variant.pk]))
    assert "Changes that were made in the admin" in changed.content.decode()
    assert "admin@example.com" in changed.content.decode()


@pytest.mark.parametrize(("path", "leads_to"), [("/admin", "/admin/"), ("/", "/api/docs")])
def test_an_address_that_people_guess_leads_on(client, path, leads_to):
    response = client.get(path, **BROWSER)
    assert (response.status_code, response["Location"]) == (302, leads_to)


def test_a_slash_too_many_in_the_api_is_told(client):
    for path in ("/api/v1/products/", "/api/docs/"):
        assert "do not end in a slash" in client.get(path).json()["detail"]
    assert "slash" not in client.get("/api/v1/nothing").json()["detail"]
