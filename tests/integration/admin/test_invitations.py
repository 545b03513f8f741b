from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import Role
from accounts.models import StaffInvitation, User
from accounts.tokens.signed_links import Purpose, sign_link_token
from tests.integration.admin.rows import person

PASSWORD = "a teapot of brass 1896"
GRACE = "grace@example.com"
LISTS = ["accounts_user", "accounts_staffinvitation"]


def invite(browser: Client, listed: str = "accounts_user", **values: str):
    body = {"_form_submitted": "True", "email": GRACE, "role": "support", **values}
    return browser.post(reverse(f"admin:{listed}_invite"), body, headers={"HX-Request": "true"})


def said(browser: Client, response) -> str:
    return browser.get(response["HX-Redirect"]).content.decode()


def link(browser: Client) -> str:
    invite(browser)
    token = sign_link_token(Purpose.JOIN_STAFF, StaffInvitation.objects.get())
    return f"/admin/invitation/?token={token}"


@pytest.mark.parametrize("listed", LISTS)
def test_an_admin_invites_from_the_lists_of_people(boss, run_jobs, listed):
    page = boss.get(reverse(f"admin:{listed}_changelist")).content.decode()
    assert reverse(f"admin:{listed}_invite") in page
    response = invite(boss, listed, email="Grace@Example.com")
    assert f"The invitation to {GRACE} is on its way." in said(boss, response)
    run_jobs()
    assert [message.to for message in mail.outbox] == [[GRACE]]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.change_message) == (boss.user, "Invited.")


def test_nobody_is_added_with_a_password_that_someone_else_chose(boss):
    assert boss.get(reverse("admin:accounts_user_add")).status_code == 403
    page = boss.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert reverse("admin:accounts_user_add") not in page


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER])
def test_only_an_admin_invites(browser_of, role, listed):
    browser = browser_of(role)
    assert invite(browser, listed).status_code == 403
    page = browser.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert reverse("admin:accounts_user_invite") not in page
    assert browser.get(reverse("admin:accounts_staffinvitation_changelist")).status_code == 403
    assert not StaffInvitation.objects.exists()


@pytest.mark.parametrize(
    "values", [{"email": "grace"}, {"email": "gräce@example.com"}, {"role": "customer"}]
)
def test_a_bad_invitation_is_refused_in_the_dialog(boss, values):
    response = invite(boss, **values)
    assert response.status_code == 200
    assert "HX-Redirect" not in response
    assert not StaffInvitation.objects.exists()


def test_a_refusal_is_told_in_words(boss):
    person(GRACE, Role.SUPPORT)
    assert "This person already has this role." in said(boss, invite(boss))


def test_an_invitation_is_revoked_once(boss):
    url = link(boss)
    invitation = StaffInvitation.objects.get()
    revoke = reverse("admin:accounts_staffinvitation_revoke", args=[invitation.pk])
    for words in ("The invitation was revoked.", "no such invitation"):
        response = boss.post(revoke, {"_form_submitted": "True"}, headers={"HX-Request": "true"})
        assert words in said(boss, response)
    assert "The link is not valid" in Client().get(url).content.decode()


def test_the_page_of_an_invitation_makes_an_account_that_logs_in(boss):
    url, browser = link(boss), Client()
    page = browser.get(url)
    assert page["Cache-Control"].startswith("max-age=0")
    assert GRACE in page.content.decode()
    body = {"first_name": "Grace", "last_name": "Hopper", "password": PASSWORD, "again": PASSWORD}
    response = browser.post(url, body)
    assert response["Location"] == "/admin/login/"
    assert f"Log in as {GRACE}." in browser.get("/admin/login/").content.decode()
    browser.post("/admin/login/", {"username": GRACE, "password": PASSWORD})
    assert browser.get("/admin/").status_code == 200
    assert User.objects.get(email=GRACE).first_name == "Grace"
    assert "The link is not valid" in browser.get(url).content.decode()


def test_staff_who_need_two_factor_authentication_are_sent_to_set_it_up(boss, settings):
    settings.STAFF_MFA_REQUIRED = True
    url, browser = reverse("admin:invitation"), Client()
    StaffInvitation.objects.create(
        email=GRACE, role="support", invited_by=boss.user, created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    token = sign_link_token(Purpose.JOIN_STAFF, StaffInvitation.objects.get())
    browser.post(f"{url}?token={token}", {"password": PASSWORD, "again": PASSWORD})
    browser.post("/admin/login/", {"username": GRACE, "password": PASSWORD})
    assert browser.get("/admin/")["Location"] == "/admin/second-factor/"


def test_a_customer_joins_by_the_password_of_the_account(boss):
    person(GRACE, password=PASSWORD)
    url, browser = link(boss), Client()
    assert "first_name" not in browser.get(url).content.decode()
    assert "The password is wrong." in browser.post(url, {"password": "guess"}).content.decode()
    assert browser.post(url, {"password": PASSWORD}).status_code == 302
    assert User.objects.get(email=GRACE).is_staff


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": PASSWORD, "again": "another"}, "The two passwords differ."),
        ({"password": PASSWORD}, "This field is required."),
        ({"password": "x" * 300, "again": "x" * 300}, "at most 256 characters"),
        ({"password": PASSWORD, "again": PASSWORD, "first_name": "x" * 101}, "at most 100"),
    ],
)
def test_a_bad_form_is_refused_beside_its_field(boss, body, words):
    url = link(boss)
    assert words in Client().post(url, body).content.decode()
    assert not User.objects.filter(email=GRACE).exists()


@pytest.mark.parametrize("query", ["", "?token=", "?token=x", f"?token={'x' * 9999}"])
def test_a_bad_link_is_told_calmly(db, query):
    response = Client().get(f"/admin/invitation/{query}")
    assert "The link is not valid" in response.content.decode()
