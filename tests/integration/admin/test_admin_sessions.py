from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from accounts.domain import Role
from accounts.services import confirm_mfa, end_all_sessions, start_mfa, stop_mfa
from staff.models import PersonalDataAccess
from tests.integration.admin.mfa import (
    EMAIL,
    PAGE,
    PASSWORD,
    ask,
    code,
    logged_in,
    recovery_codes_in,
    staff,
    start,
    turn_on,
)
from tests.integration.admin.rows import person

pytestmark = pytest.mark.django_db

OPEN = {"/admin/login/", "/admin/logout/", PAGE}


def paths(patterns: list[URLPattern | URLResolver], before: str = "/admin/") -> Iterator[str]:
    """One path for each URL of the admin, with something in place of its parameters."""
    for each in patterns:
        route = re.sub(r"<[^>]+>", "1", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from paths(each.url_patterns, before + route)
        elif route.startswith("^(?P1"):
            yield f"{before}accounts/"
        else:
            yield before + route.replace("(?P1.*)$", "no/such/page")


EVERY_PATH = sorted(set(paths(admin.site.urls[0])))


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as frozen:
        yield frozen


@pytest.fixture
def ada():
    return staff()


@pytest.fixture
def required(settings) -> None:
    settings.STAFF_MFA_REQUIRED = True


def test_the_paths_of_this_test_are_those_of_the_admin(boss):
    assert len(EVERY_PATH) > 100
    assert set(EVERY_PATH) > OPEN | {"/admin/", "/admin/autocomplete/", "/admin/search/"}
    assert boss.get("/admin/orders/order/").status_code == 200
    assert not any(set("^$(<") & set(path) for path in EVERY_PATH)


def test_where_it_is_required_every_page_leads_to_the_one_that_sets_it_up(ada, required):
    browser = logged_in()
    for path in set(EVERY_PATH) - OPEN:
        for method in (browser.get, browser.post):
            response = method(path, {"next": "/admin/"})
            assert (response.status_code, response.get("Location")) == (302, PAGE), path
    assert browser.get(PAGE).status_code == 200


def test_a_session_from_before_it_was_required_goes_no_further(boss, settings):
    assert boss.get("/admin/").status_code == 200
    settings.STAFF_MFA_REQUIRED = True
    response = boss.get("/admin/")
    assert (response.status_code, response.url) == (302, PAGE)


def test_the_page_offers_such_a_session_nothing_but_to_set_it_up_or_to_leave(boss, required):
    page = boss.get(PAGE).content.decode()
    assert "requires two-factor authentication" in page
    links = set(re.findall(r'(?:href|action)="(/admin/[^"]*)"', page))
    assert links <= {"/admin/", "/admin/logout/"}
    assert boss.post("/admin/logout/").status_code == 200
    assert boss.get(PAGE).url.startswith("/admin/login/")


def test_setting_it_up_opens_the_admin_in_the_same_session(ada, required):
    browser = logged_in()
    turn_on(browser)
    assert browser.get("/admin/orders/order/").status_code == 200


def test_being_led_away_is_no_look_at_somebodys_data(boss, required):
    boss.get("/admin/orders/order/")
    assert not PersonalDataAccess.objects.exists()


def test_who_is_no_longer_staff_is_not_let_in_to_set_it_up(ada, required):
    browser = logged_in()
    ada.is_staff = False
    ada.save()
    assert browser.get(PAGE).url.startswith("/admin/login/")
    assert browser.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/admin/login/")


@pytest.mark.parametrize("is_required", [False, True])
def test_a_session_that_never_showed_the_factor_set_up_elsewhere_is_ended(
    ada, settings, is_required
):
    settings.STAFF_MFA_REQUIRED = is_required
    other = logged_in()
    turn_on(logged_in())
    for path in ("/admin/orders/order/?q=x", PAGE):
        response = other.get(path)
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/?next=/admin/")
    assert other.get("/admin/login/").status_code == 200


def test_a_session_that_showed_a_former_factor_has_not_shown_the_new_one(ada, clock):
    browser = logged_in()
    secret, _ = turn_on(browser)
    clock.shift(timedelta(seconds=30))
    ask(browser, "stop", password=PASSWORD, code=code(secret))
    assert browser.get("/admin/").status_code == 200
    anew = start_mfa(user_id=ada.pk, password=PASSWORD, now=timezone.now())
    confirm_mfa(user_id=ada.pk, code=code(anew.secret), now=timezone.now())
    assert browser.get("/admin/").url.startswith("/admin/login/")


def test_turning_it_off_leads_the_session_back_to_setting_it_up(ada, required, clock):
    browser = logged_in()
    secret, _ = turn_on(browser)
    clock.shift(timedelta(seconds=30))
    ask(browser, "stop", password=PASSWORD, code=code(secret))
    assert browser.get("/admin/").url == PAGE


def test_turning_it_off_over_the_api_ends_the_session(ada, clock):
    browser = logged_in()
    secret, _ = turn_on(browser)
    clock.shift(timedelta(seconds=30))
    stop_mfa(user_id=ada.pk, password=PASSWORD, code=code(secret), now=timezone.now())
    assert browser.get("/admin/").url.startswith("/admin/login/")


@pytest.mark.parametrize("fallbacks", [[], ["a former key " * 5]])
def test_logging_out_everywhere_ends_the_sessions_of_the_admin(ada, settings, fallbacks):
    settings.SECRET_KEY_FALLBACKS = fallbacks
    browser, other = logged_in(), logged_in()
    end_all_sessions(user_id=ada.pk, now=timezone.now())
    for each in (browser, other):
        assert each.get("/admin/").url.startswith("/admin/login/")
    assert logged_in().get("/admin/").status_code == 200


def test_a_new_secret_key_with_the_old_one_as_fallback_keeps_the_sessions_not_yet_ended(
    ada, settings
):
    end_all_sessions(user_id=ada.pk, now=timezone.now())
    browser = logged_in()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 8
    assert browser.get("/admin/").status_code == 200
    end_all_sessions(user_id=ada.pk, now=timezone.now() + timedelta(seconds=1))
    assert browser.get("/admin/").url.startswith("/admin/login/")


def test_a_role_given_or_taken_ends_the_sessions_of_the_admin(ada, boss):
    browser = logged_in()
    inlines = {
        f"{inline}-{kind}_FORMS": 0
        for inline in ("orders", "carts", "addresses", "sessions")
        for kind in ("TOTAL", "INITIAL")
    }
    form = {"email": EMAIL, "is_active": "on", "roles": ["manager", "support"], **inlines}
    boss.post(f"/admin/accounts/user/{ada.pk}/change/", form)
    assert browser.get("/admin/").url.startswith("/admin/login/")
    assert boss.get("/admin/").status_code == 200


def test_a_login_with_the_code_opens_the_admin(ada, required, clock):
    secret, _ = turn_on(logged_in())
    clock.shift(timedelta(seconds=30))
    shown = code(secret)
    spaced = f"{shown[:3]} {shown[3:]}"
    assert logged_in(otp=spaced).get("/admin/").status_code == 200


def test_a_login_over_the_session_of_someone_else_proves_nothing_for_them(ada, required):
    browser = logged_in()
    turn_on(browser)
    person("bob@example.com", Role.SUPPORT, password=PASSWORD)
    browser.post("/admin/login/", {"username": "bob@example.com", "password": PASSWORD})
    assert browser.get("/admin/").url == PAGE
    secret = start(browser)
    assert recovery_codes_in(ask(browser, "confirm", code=code(secret)))


def test_a_login_over_the_session_of_someone_else_keeps_what_it_proved(ada, required, clock):
    secret, _ = turn_on(logged_in())
    person("bob@example.com", Role.SUPPORT, password=PASSWORD)
    browser = logged_in("bob@example.com")
    clock.shift(timedelta(seconds=30))
    form = {"username": EMAIL, "password": PASSWORD, "otp": code(secret)}
    browser.post("/admin/login/", form)
    response = browser.get("/admin/")
    assert (response.status_code, response.context["request"].user) == (200, ada)


def test_a_refused_login_leaves_the_session_as_it_was(ada):
    turn_on(logged_in())
    person("bob@example.com", Role.SUPPORT, password=PASSWORD)
    browser = logged_in("bob@example.com")
    form = {"username": EMAIL, "password": PASSWORD, "otp": "000000"}
    assert browser.post("/admin/login/", form).status_code == 200
    assert browser.get("/admin/").context["request"].user.email == "bob@example.com"


def test_the_shop_itself_is_open_to_such_a_session(boss, required):
    assert boss.get("/api/v1/products").status_code == 200


def test_the_door_costs_no_statement(ada, required, assert_statements):
    browser = logged_in()
    with assert_statements(2):  # session, user
        assert browser.get("/admin/").status_code == 302
