from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import Role
from core.ids import hash_secret
from staff.models import ApiKey

ADD = "/admin/staff/apikey/add/"
LIST = "/admin/staff/apikey/"
KEY = {"name": "Warehouse", "scopes": ["stock:read", "orders:read"]}


def made(browser: Client, **values: object) -> str:
    """The secret that the page shows."""
    page = browser.post(ADD, {**KEY, **values})
    return re.search(r"cck_[0-9a-f]{56}", page.content.decode())[0]


def revoke(browser: Client, key: ApiKey):
    url = reverse("admin:staff_apikey_revoke", args=[key.pk])
    return browser.post(url, {"_form_submitted": "True"}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_a_key_is_made_shown_once_and_works(browser_of, client, role):
    browser = browser_of(role)
    assert ADD in browser.get(LIST).content.decode()
    secret = made(browser)
    key = ApiKey.objects.get()
    assert (key.owner, key.scopes) == (browser.user, ["orders:read", "stock:read"])
    assert key.secret_hash == hash_secret(secret)
    for url in (LIST, reverse("admin:staff_apikey_change", args=[key.pk])):
        page = browser.get(url).content.decode()
        assert secret[:12] in page
        assert secret not in page
        assert key.secret_hash not in page
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/orders", headers=headers).status_code == 200
    assert browser.post(ADD, KEY)["Cache-Control"].startswith("max-age=0")


def test_a_revoked_key_is_refused_and_stays_revoked(boss, client):
    secret = made(boss)
    key = ApiKey.objects.get()
    for words in ("The API key was revoked.", "This key was revoked before."):
        assert words in boss.get(revoke(boss, key)["HX-Redirect"]).content.decode()
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/orders", headers=headers).status_code == 401
    assert LogEntry.objects.get().change_message == "Revoked."


def test_a_key_works_through_its_last_day(boss, settings):
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    made(boss, last_day="2030-06-30")
    assert ApiKey.objects.get().expires_at == datetime(2030, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT])
def test_other_staff_have_no_keys_in_the_admin(browser_of, boss, role):
    made(boss)
    key, browser = ApiKey.objects.get(), browser_of(role)
    assert browser.get(LIST).status_code == 403
    assert browser.get(ADD).status_code == 403
    assert browser.post(ADD, KEY).status_code == 403
    assert revoke(browser, key).status_code == 403
    assert ApiKey.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["everything"]}, "not one of the available choices"),
        ({"last_day": "2001-01-01"}, "Choose today or a later day."),
        ({"last_day": "9999-12-31"}, "Choose today or a later day."),
        ({"last_day": "tomorrow"}, "Enter a valid date."),
    ],
)
def test_a_bad_key_is_refused_beside_its_field(boss, values, words):
    assert words in boss.post(ADD, {**KEY, **values}).content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_is_neither_edited_nor_deleted(boss):
    made(boss)
    key = ApiKey.objects.get()
    change = reverse("admin:staff_apikey_change", args=[key.pk])
    assert boss.post(change, {"name": "Other"}).status_code == 403
    delete = reverse("admin:staff_apikey_delete", args=[key.pk])
    assert boss.post(delete, {"post": "yes"}).status_code == 403
    assert ApiKey.objects.get().name == "Warehouse"


def test_an_expired_key_says_so(boss):
    made(boss)
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Expired" in boss.get(LIST).content.decode()
