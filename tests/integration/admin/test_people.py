from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import Device, Role
from accounts.models import EmailChange, RecoveryCode, RefreshSession, TotpDevice, User
from accounts.services import confirm_mfa, log_in, start_mfa
from core.ids import hash_secret
from tests.integration.admin.mfa import code, logged_in, turn_on
from tests.integration.admin.rows import person

PASSWORD = "a teapot of brass 1896"


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    inlines = {
        f"{inline}-{kind}_FORMS": 0
        for inline in ("orders", "carts", "addresses", "sessions")
        for kind in ("TOTAL", "INITIAL")
    }
    return {"email": user.email, "is_active": "on", "roles": [], **inlines, **changes}


def change(client: Client, user: User, **changes: Any):
    url = reverse("admin:accounts_user_change", args=[user.pk])
    return client.post(url, form_of(user, **changes))


def test_staff_log_in_with_their_address_in_any_case(db):
    person("boss@example.com", Role.ADMIN, password=PASSWORD)
    client = Client()
    response = client.post(
        "/admin/login/?next=/admin/", {"username": "BOSS@Example.com", "password": PASSWORD}
    )
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("roles", "is_staff", "is_superuser"),
    [
        ([], False, False),
        (["support"], True, False),
        (["support", "fulfillment"], True, False),
        (["admin"], True, True),
    ],
)
def test_the_roles_alone_say_who_enters_the_admin(boss, roles, is_staff, is_superuser):
    user = person("ada@example.com", Role.MANAGER)
    assert change(boss, user, roles=roles).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert sorted(group.name for group in user.groups.all()) == sorted(roles)
    assert (user.is_staff, user.is_superuser) == (is_staff, is_superuser)


@pytest.mark.parametrize("changes", [{"roles": ["support"]}, {"roles": ["admin"], "is_active": ""}])
def test_nobody_takes_his_own_access_away(boss, changes):
    response = change(boss, boss.user, **changes)
    assert "You cannot remove your own access." in response.content.decode()
    assert User.objects.get(pk=boss.user.pk).is_active


def test_a_password_set_by_staff_ends_the_sessions_of_the_account_and_tells_its_owner(
    boss, run_jobs
):
    user = person("ada@example.com", password=PASSWORD)
    log_in(email=user.email, password=PASSWORD, device=Device(), now=timezone.now())
    other = "another teapot 1897"
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    response = boss.post(
        url, {"usable_password": "true", "password1": other, "password2": other,
              "set-password": "Change password"},
    )  # fmt: skip
    assert response.status_code == 302
    assert User.objects.get(pk=user.pk).check_password(other)
    assert not RefreshSession.objects.live(timezone.now() - timedelta(seconds=1)).exists()
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]


def test_staff_can_end_logging_in_by_password(boss):
    user = person("ada@example.com", password=PASSWORD)
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    boss.post(url, {"usable_password": "false", "unset-password": "Disable"})
    assert not User.objects.get(pk=user.pk).has_usable_password()


def test_nobody_sets_his_own_password_without_the_old_one(boss):
    url = reverse("admin:auth_user_password_change", args=[boss.user.pk])
    before = boss.user.password
    shouted = url.replace(str(boss.user.pk), boss.user.pk.hex.upper())
    for method, path in ((boss.get, url), (boss.post, url), (boss.post, shouted)):
        response = method(path, {"password1": PASSWORD, "password2": PASSWORD})
        assert response["Location"] == "/admin/password_change/"
    assert User.objects.get(pk=boss.user.pk).password == before


def reset_factor(client: Client, user: User):
    url = reverse("admin:accounts_user_turn_off_mfa", args=[user.pk])
    return client.post(url, {"_form_submitted": "True"}, headers={"HX-Request": "true"})


def with_mfa(user: User) -> User:
    now = timezone.now()
    begun = start_mfa(user_id=user.pk, password=PASSWORD, now=now)
    confirm_mfa(user_id=user.pk, code=code(begun.secret), now=now)
    return user


def test_an_admin_turns_off_mfa_of_who_has_lost_it(boss, run_jobs):
    ada = with_mfa(person("ada@example.com", Role.MANAGER, password=PASSWORD))
    codes = RecoveryCode.objects.filter(user=ada).values_list("code_hash", flat=True)
    RecoveryCode.objects.filter(user=ada, code_hash=codes[0]).update(code_hash=hash_secret("once"))
    log_in(email=ada.email, password=PASSWORD, otp="once", device=Device(), now=timezone.now())
    run_jobs()
    mail.outbox.clear()
    assert "HX-Redirect" in reset_factor(boss, ada).headers
    assert not TotpDevice.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert not RefreshSession.objects.filter(revoked_at=None).exists()
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]
    assert "was turned off" in mail.outbox[0].subject
    entry = LogEntry.objects.get(object_id=str(ada.pk))
    assert (entry.user, entry.change_message) == (
        boss.user,
        "Turned off two-factor authentication.",
    )
    log_in(email=ada.email, password=PASSWORD, device=Device(), now=timezone.now())


def test_turning_off_mfa_asks_first(boss):
    ada = with_mfa(person("ada@example.com", password=PASSWORD))
    url = reverse("admin:accounts_user_turn_off_mfa", args=[ada.pk])
    page = boss.get(url).content.decode()
    assert "Verify the user&#x27;s identity first" in page
    assert TotpDevice.objects.exists()
    assert url in boss.get(reverse("admin:accounts_user_change", args=[ada.pk])).content.decode()


def test_without_mfa_there_is_nothing_to_turn_off(boss):
    ada = person("ada@example.com", password=PASSWORD)
    page = boss.get(reset_factor(boss, ada)["HX-Redirect"]).content.decode()
    assert "This account does not use two-factor authentication." in page
    assert not LogEntry.objects.exists()


def test_nobody_turns_off_his_own_mfa_without_a_code(db):
    ada = person("ada@example.com", Role.ADMIN, password=PASSWORD)
    ada.is_superuser = True
    ada.save()
    browser = logged_in()
    turn_on(browser)
    page = browser.get(reset_factor(browser, ada)["HX-Redirect"]).content.decode()
    assert "To turn off your own" in page
    assert TotpDevice.objects.exists()


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER])
def test_only_an_admin_turns_off_mfa(browser_of, role):
    ada = with_mfa(person("ada@example.com", password=PASSWORD))
    assert reset_factor(browser_of(role), ada).status_code == 403
    assert TotpDevice.objects.exists()


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER])
def test_only_an_admin_grants_roles(browser_of, role):
    client = browser_of(role)
    page = client.get(reverse("admin:accounts_user_change", args=[client.user.pk]))
    assert page.status_code == 200
    assert change(client, client.user, roles=["admin"]).status_code == 403
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    assert client.get(
        reverse("admin:auth_user_password_change", args=[client.user.pk])
    ).status_code == 403  # fmt: skip


def test_every_permission_of_the_table_is_one_that_django_knows(db):
    known = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert frozenset().union(*settings.ADMIN_PERMISSIONS.values()) <= known


@pytest.mark.parametrize(
    ("role", "opened", "writable"),
    [
        (Role.SUPPORT, {"orders_order", "accounts_user"}, set()),
        (Role.FULFILLMENT, {"inventory_stock", "orders_order"}, set()),
        (
            Role.MANAGER,
            {"procrastinate_procrastinatejob", "api_idempotencykey", "orders_order"},
            {"catalog_product", "catalog_category", "checkout_shippingmethod"},
        ),
    ],
)
def test_each_role_opens_what_its_work_needs(browser_of, role, opened, writable):
    client = browser_of(role)
    for name in opened | writable:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200, name
    for name in ("catalog_product", "catalog_category", "checkout_shippingmethod"):
        status = client.get(reverse(f"admin:{name}_add")).status_code
        assert status == (200 if name in writable else 403), name


def test_the_page_of_jobs_is_closed_to_support(browser_of):
    client = browser_of(Role.SUPPORT)
    for name in ("procrastinate_procrastinatejob", "api_idempotencykey"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_a_closed_account_loses_the_admin_at_once(boss, browser_of):
    client = browser_of(Role.SUPPORT)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=client.user.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_an_address_changed_by_staff_is_not_proved(boss):
    now = timezone.now()
    ada = person("ada@example.com", password=PASSWORD)
    User.objects.filter(pk=ada.pk).update(email_verified_at=now)
    EmailChange.objects.create(user=ada, new_email="other@example.com", created_at=now)
    log_in(email="ada@example.com", password=PASSWORD, device=Device(), now=now)
    assert change(boss, ada, email="ADA@example.com", first_name="Ada").status_code == 302
    ada.refresh_from_db()
    assert (ada.first_name, ada.email_verified_at) == ("Ada", now)
    assert RefreshSession.objects.live(now).count() == EmailChange.objects.count() == 1
    assert change(boss, ada, email="New@example.com").status_code == 302
    ada.refresh_from_db()
    assert (ada.email, ada.email_verified_at) == ("new@example.com", None)
    assert not EmailChange.objects.exists()
    assert not RefreshSession.objects.live(timezone.now()).exists()
