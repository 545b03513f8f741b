from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.domain import Device, Role
from accounts.models import LoginFailures, RecoveryCode, RefreshSession, TotpDevice
from accounts.services import log_in, start_mfa
from tests.integration.admin.mfa import (
    EMAIL,
    PAGE,
    PASSWORD,
    ask,
    code,
    logged_in,
    recovery_codes_in,
    secret_in,
    staff,
    start,
    turn_on,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as frozen:
        yield frozen


@pytest.fixture
def ada():
    return staff()


@pytest.fixture
def browser(ada):
    return logged_in()


def test_every_member_of_staff_finds_the_page_in_the_menu_of_their_account(browser_of):
    for role in (Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER, Role.ADMIN):
        member = browser_of(role)
        page = member.get("/admin/").content.decode()
        assert f'href="{PAGE}"' in page
        assert 'href="/admin/password_change/"' in page
        assert member.get(PAGE).status_code == 200


def test_customers_and_strangers_do_not_find_it(browser_of):
    for browser in (Client(), browser_of(Role.CUSTOMER)):
        assert browser.get(PAGE).url.startswith("/admin/login/")
        assert ask(browser, "start").url.startswith("/admin/login/")
    assert not TotpDevice.objects.exists()


def test_a_first_code_turns_it_on_and_the_recovery_codes_are_shown_once(browser, ada):
    log_in(email=EMAIL, password=PASSWORD, device=Device(), now=timezone.now())
    secret, recovery = turn_on(browser)
    assert len(set(recovery)) == 10
    assert TotpDevice.objects.get(pk=ada.pk).confirmed_at == timezone.now()
    assert not RefreshSession.objects.filter(revoked_at=None).exists()
    page = browser.get(PAGE).content.decode()
    assert "10 recovery codes left" in page
    assert timezone.now().strftime("%H:%M") in page
    assert secret not in page
    assert not any(each in page for each in recovery)


def test_who_turns_it_on_stays_logged_in_under_a_new_session_key(browser):
    before = browser.cookies["sessionid"].value
    turn_on(browser)
    assert browser.cookies["sessionid"].value != before
    assert browser.get("/admin/").status_code == 200


def test_the_key_is_drawn_by_the_server_without_a_script(browser):
    start(browser)
    page = browser.get(PAGE).content.decode()
    assert re.search(r'role="img" aria-label="QR code[^"]*"><svg [^>]*><path fill="#fff"', page)
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if " src=" not in tag] == []
    assert '<label for="id_confirm-code"' in page


def test_what_a_field_is_described_by_is_on_the_page(browser):
    turn_on(browser)
    page = ask(browser, "stop", password="", code="").content.decode()
    described = re.findall(r'aria-describedby="([^"]*)"', page)
    assert len(described) == 3
    for name in " ".join(described).split():
        assert f'id="{name}"' in page


def test_looking_at_the_page_starts_nothing(browser):
    assert secret_in(browser.get(PAGE)) == ""
    assert not TotpDevice.objects.exists()


def test_starting_takes_the_password_which_cannot_be_guessed_without_end(browser, clock):
    assert "This field is required." in ask(browser, "start", password="").content.decode()
    for number in range(5):
        response = ask(browser, "start", password=f"wrong {number}")
        assert "The password is wrong." in response.content.decode()
    response = ask(browser, "start", password=PASSWORD)
    assert "Too many failed attempts" in response.content.decode()
    assert not TotpDevice.objects.exists()
    clock.shift(timedelta(seconds=5))
    assert start(browser)


def test_a_wrong_password_keeps_the_key_that_was_scanned(browser):
    secret = start(browser)
    assert secret_in(ask(browser, "start", password="wrong")) == secret


def test_reloading_the_page_keeps_the_key_that_was_scanned(browser):
    secret = start(browser)
    assert [secret_in(browser.get(PAGE)) for _ in range(3)] == [secret] * 3


def test_a_wrong_code_keeps_the_key_and_says_so(browser):
    secret = start(browser)
    response = ask(browser, "confirm", code="000000")
    assert "The code is wrong, or was used before." in response.content.decode()
    assert secret_in(response) == secret
    assert ask(browser, "confirm", code=code(secret)).status_code == 200
    assert TotpDevice.objects.get().confirmed_at


def test_no_code_at_all_keeps_the_key_too(browser):
    secret = start(browser)
    response = ask(browser, "confirm", code="")
    assert "This field is required." in response.content.decode()
    assert secret_in(response) == secret
    assert not LoginFailures.objects.exists()


def test_only_asking_for_another_key_makes_another(browser):
    first, second = start(browser), start(browser)
    assert first != second
    assert "code is wrong" in ask(browser, "confirm", code=code(first)).content.decode()
    assert recovery_codes_in(ask(browser, "confirm", code=code(second)))


def test_a_code_may_have_the_blanks_with_which_apps_show_it(browser):
    shown = code(start(browser))
    assert recovery_codes_in(ask(browser, "confirm", code=f" {shown[:3]} {shown[3:]} "))


def test_a_key_that_someone_else_asked_for_is_never_offered_to_be_scanned(browser, ada):
    start(logged_in())
    assert secret_in(browser.get(PAGE)) == ""
    planted = start_mfa(
        user_id=ada.pk, password=PASSWORD, now=timezone.now() + timedelta(seconds=1)
    )
    assert secret_in(browser.get(PAGE)) == ""
    response = ask(browser, "confirm", code=code(planted.secret))
    assert response.status_code == 302
    assert TotpDevice.objects.get().confirmed_at is None


def test_a_key_replaced_elsewhere_is_shown_no_longer(browser, clock):
    start(browser)
    clock.shift(timedelta(seconds=1))
    start(logged_in())
    assert secret_in(browser.get(PAGE)) == ""


def test_a_code_that_was_used_is_of_no_more_use(browser, clock):
    secret, _ = turn_on(browser)
    response = ask(browser, "renew", code=code(secret))
    assert "The code is wrong, or was used before." in response.content.decode()
    clock.shift(timedelta(seconds=30))
    assert len(recovery_codes_in(ask(browser, "renew", code=code(secret)))) == 10


@pytest.mark.parametrize(
    ("action", "more"), [("confirm", {}), ("renew", {}), ("stop", {"password": PASSWORD})]
)
def test_guessing_codes_is_locked_out_even_for_the_right_one(browser, clock, action, more):
    secret = start(browser) if action == "confirm" else turn_on(browser)[0]
    clock.shift(timedelta(seconds=30))
    for number in range(5):
        response = ask(browser, action, code=f"{number:06}", **more)
        assert "The code is wrong" in response.content.decode()
    response = ask(browser, action, code=code(secret), **more)
    assert "Too many failed attempts" in response.content.decode()
    clock.shift(timedelta(seconds=5))
    assert (
        "Too many failed attempts"
        not in ask(browser, action, code=code(secret), **more).content.decode()
    )


def test_the_lock_out_is_that_of_the_login(browser, clock):
    secret, _ = turn_on(browser)
    clock.shift(timedelta(seconds=30))
    for number in range(5):
        ask(browser, "renew", code=f"{number:06}")
    form = {"username": EMAIL, "password": PASSWORD, "otp": code(secret)}
    page = Client().post("/admin/login/", form)
    assert "Too many failed attempts" in page.content.decode()


def test_turning_it_off_takes_the_password_and_a_code(browser, clock):
    secret, _ = turn_on(browser)
    clock.shift(timedelta(seconds=30))
    right = {"password": PASSWORD, "code": code(secret)}
    for wrong, said in (
        ({"password": "wrong"}, "The password is wrong."),
        ({"code": "000000"}, "The code is wrong"),
        ({"password": ""}, "This field is required."),
    ):
        assert said in ask(browser, "stop", **right | wrong).content.decode()
        assert TotpDevice.objects.exists()
    page = browser.post(
        PAGE, {"action": "stop", **{f"stop-{k}": v for k, v in right.items()}}, follow=True
    )
    assert "Two-factor authentication is off." in page.content.decode()
    assert not TotpDevice.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert logged_in().get("/admin/").status_code == 200


def test_a_password_that_was_typed_is_not_sent_back(browser):
    turn_on(browser)
    page = ask(browser, "stop", password=PASSWORD, code="000000").content.decode()
    assert PASSWORD not in page


def test_new_recovery_codes_replace_those_before(browser, clock):
    secret, old = turn_on(browser)
    clock.shift(timedelta(seconds=30))
    new = recovery_codes_in(ask(browser, "renew", code=code(secret)))
    assert len(set(new) | set(old)) == 20
    assert Client().post("/admin/login/", {
        "username": EMAIL, "password": PASSWORD, "otp": old[0]
    }).status_code == 200  # fmt: skip
    assert logged_in(otp=new[0]).get("/admin/").status_code == 200
    assert "9 recovery codes left" in browser.get(PAGE).content.decode()


def test_a_wrong_code_leaves_the_recovery_codes_as_they_are(browser):
    _, old = turn_on(browser)
    assert recovery_codes_in(ask(browser, "renew", code="000000")) == []
    assert logged_in(otp=old[0]).get("/admin/").status_code == 200


def test_what_another_window_has_done_already_is_told_and_not_done_again(browser):
    secret, _ = turn_on(browser)
    form = {"action": "start", "start-password": PASSWORD}
    page = browser.post(PAGE, form, follow=True)
    assert "Two-factor authentication is already on." in page.content.decode()
    page = browser.post(PAGE, {"action": "confirm", "confirm-code": code(secret)}, follow=True)
    assert "This key is in use already" in page.content.decode()
    assert RecoveryCode.objects.count() == 10


def test_a_form_that_the_page_does_not_have_is_refused(browser):
    assert ask(browser, "explode").status_code == 400
    assert browser.post(PAGE).status_code == 400


def test_nothing_of_it_is_kept_by_a_cache(browser, clock):
    responses = [browser.get(PAGE), ask(browser, "start", password=PASSWORD), browser.get(PAGE)]
    secret = secret_in(responses[-1])
    responses += [
        ask(browser, "confirm", code="000000"),
        ask(browser, "confirm", code=code(secret)),
        browser.get(PAGE),
    ]
    clock.shift(timedelta(seconds=30))
    responses.append(ask(browser, "renew", code=code(secret)))
    clock.shift(timedelta(seconds=30))
    responses.append(ask(browser, "stop", password=PASSWORD, code=code(secret)))
    assert all("no-store" in response["Cache-Control"] for response in responses)
    assert not TotpDevice.objects.exists()


@pytest.mark.parametrize("action", ["start", "confirm", "renew", "stop"])
def test_a_form_of_another_site_does_nothing(ada, action):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert ask(browser, action, code="000000", password=PASSWORD).status_code == 403
    assert not TotpDevice.objects.exists()
    assert not LoginFailures.objects.exists()


def test_the_page_costs_the_same_whatever_is_left(browser, assert_statements):
    # Session, user; roles, for the menu.
    with assert_statements(3 + 1):
        browser.get(PAGE)
    start(browser)
    with assert_statements(3 + 2):
        browser.get(PAGE)
    turn_on(browser)
    for left in (10, 1):
        RecoveryCode.objects.filter(
            pk__in=RecoveryCode.objects.values("pk")[left:]
        ).delete()  # fmt: skip
        with assert_statements(3 + 1):
            assert f"{left} recovery code" in browser.get(PAGE).content.decode()
