"""The cookies of the admin's sessions."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.domain import Role
from accounts.services import ensure_user

pytestmark = pytest.mark.django_db

STAFF = {"username": "s@example.com", "password": "correct horse battery"}
EIGHT_HOURS = 8 * 3600


@pytest.fixture
def browser() -> Client:
    ensure_user(email=STAFF["username"], password=STAFF["password"], role=Role.SUPPORT)
    return Client()


def test_no_script_and_no_other_site_gets_at_the_session(browser):
    response = browser.post("/admin/login/", STAFF)
    assert response.status_code == 302
    for name in ("sessionid", "csrftoken"):
        cookie = response.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_a_login_without_a_page_asked_for_opens_the_start_page(browser):
    assert browser.post("/admin/login/", STAFF)["Location"] == "/admin/"


def test_a_session_ends_with_the_browser_and_after_a_working_day(browser):
    cookie = browser.post("/admin/login/", STAFF).cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert browser.session.get_expiry_age() <= EIGHT_HOURS


def test_logging_in_takes_over_no_session_that_was_there_before(browser):
    """Nobody can plant a session and wait for its owner to log in to it."""
    planted = browser.session
    planted["planted"] = True
    planted.save()
    before = planted.session_key
    browser.post("/admin/login/", STAFF)
    assert browser.session.session_key != before
    assert browser.session.get("_auth_user_id")
    assert "planted" not in browser.session
