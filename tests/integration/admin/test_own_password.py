from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Device
from accounts.models import User
from accounts.services import log_in
from tests.integration.admin.mfa import EMAIL, PASSWORD, logged_in, staff

pytestmark = pytest.mark.django_db

PAGE = "/admin/password_change/"
NEW_PASSWORD = "a kettle of copper 1897"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as frozen:
        yield frozen


@pytest.fixture
def ada() -> User:
    return staff()


@pytest.fixture
def browser(ada) -> Client:
    return logged_in()


def change(browser: Client, old: str = PASSWORD, new: str = NEW_PASSWORD, again: str = ""):
    form = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return browser.post(PAGE, form)


def test_a_password_changed_in_the_admin_ends_every_session_but_this_one(browser):
    other = logged_in()
    pair = log_in(email=EMAIL, password=PASSWORD, device=Device(), now=timezone.now())
    key = browser.cookies["sessionid"].value
    assert change(browser).url == "/admin/password_change/done/"
    api = APIClient(headers={"Authorization": f"Bearer {pair.access}"})
    assert api.get("/api/v1/me").json()["code"] == "token_revoked"
    refreshed = APIClient().post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, "json")
    assert refreshed.json()["code"] == "token_revoked"
    assert other.get("/admin/").url.startswith("/admin/login/")
    assert browser.get(PAGE).status_code == 200
    assert browser.cookies["sessionid"].value != key
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_the_owner_is_told_of_a_password_changed_in_the_admin(browser, run_jobs):
    change(browser)
    run_jobs()
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    assert message.subject == "Your password at CongoCart was changed"


def test_guessing_the_old_password_is_locked_out_even_for_the_right_one(browser, clock):
    for number in range(5):
        assert "The password is wrong." in change(browser, f"wrong {number}").content.decode()
    assert "Too many failed attempts" in change(browser).content.decode()
    assert User.objects.get().check_password(PASSWORD)
    clock.shift(timedelta(seconds=5))
    assert change(browser).status_code == 302


def test_a_new_password_has_to_be_a_good_one_typed_twice(browser):
    assert "too common" in change(browser, new="password").content.decode()
    assert "didn’t match" in change(browser, again="something else 1898").content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_a_form_of_another_site_changes_no_password(ada):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert change(browser).status_code == 403
