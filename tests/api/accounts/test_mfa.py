from __future__ import annotations

from base64 import b32decode
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.domain import Role
from accounts.models import RecoveryCode, TotpDevice, User
from accounts.services.totp import code_of

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as frozen:
        yield frozen


def code(secret: str, later: int = 0) -> str:
    padded = secret + "=" * (-len(secret) % 8)
    return code_of(b32decode(padded), int(timezone.now().timestamp()) // 30 + later)


def turn_on(me) -> tuple[str, list[str]]:
    secret = me.post("/api/v1/me/mfa", {"password": PASSWORD}).json()["secret"]
    response = me.post("/api/v1/me/mfa/confirm", {"code": code(secret)})
    assert response.status_code == 200, response.content
    return secret, response.json()["recovery_codes"]


def log_in(client, **more):
    return client.post("/api/v1/auth/token", {"email": EMAIL, "password": PASSWORD, **more})


@pytest.fixture
def manager(client_of):
    return client_of(Role.MANAGER, EMAIL)


def test_with_mfa_the_password_alone_is_not_enough(client, manager, clock):
    secret, _ = turn_on(manager)
    response = log_in(client)
    assert response.status_code == 401
    assert response.json()["code"] == "mfa_required"
    clock.shift(timedelta(seconds=30))
    assert log_in(client, otp=code(secret)).status_code == 200


def test_whether_there_is_mfa_is_told_only_with_the_password(client, manager):
    turn_on(manager)
    body = {"email": EMAIL, "password": "wrong"}
    assert client.post("/api/v1/auth/token", body).json()["code"] == "invalid_credentials"


def test_a_code_works_once(client, manager, clock):
    secret, _ = turn_on(manager)
    assert log_in(client, otp=code(secret)).json()["code"] == "invalid_credentials"
    clock.shift(timedelta(seconds=30))
    assert log_in(client, otp=code(secret)).status_code == 200
    assert log_in(client, otp=code(secret)).status_code == 401


def test_guessing_codes_is_locked_out(client, manager):
    turn_on(manager)
    statuses = [log_in(client, otp=f"{number:06}").status_code for number in range(6)]
    assert statuses == [401] * 5 + [429]


def test_the_right_password_in_between_does_not_end_the_wait_for_who_guesses_codes(client, manager):
    _, recovery = turn_on(manager)
    token = f"Bearer {log_in(client, otp=recovery[0]).json()['access']}"
    statuses = []
    for number in range(6):
        body = {"password": PASSWORD, "code": f"{number:06}"}
        response = client.delete("/api/v1/me/mfa", body, headers={"Authorization": token})
        statuses.append(response.status_code)
    assert statuses == [401] * 5 + [429]


def test_a_visit_to_the_admin_login_does_not_end_the_wait_for_who_guesses_codes(client, manager):
    turn_on(manager)
    statuses = []
    for number in range(6):
        statuses.append(log_in(client, otp=f"{number:06}").status_code)
        admin_login()
    assert statuses == [401] * 5 + [429]


def test_a_recovery_code_works_once(client, manager):
    _, recovery = turn_on(manager)
    assert len(set(recovery)) == 10
    assert log_in(client, otp=recovery[0]).status_code == 200
    assert log_in(client, otp=recovery[0]).status_code == 401
    assert RecoveryCode.objects.count() == 9


def test_secrets_are_not_readable_in_the_database(manager):
    secret, recovery = turn_on(manager)
    stored = str(list(TotpDevice.objects.values_list())) + str(
        list(RecoveryCode.objects.values_list())
    )
    raw = b32decode(secret + "=" * (-len(secret) % 8))
    assert bytes(TotpDevice.objects.get().secret).find(raw) == -1
    assert not any(each in stored for each in (secret, *recovery))


def test_an_app_that_was_not_confirmed_asks_for_nothing(client, manager):
    secret = manager.post("/api/v1/me/mfa", {"password": PASSWORD}).json()["secret"]
    wrong = manager.post("/api/v1/me/mfa/confirm", {"code": "000000"})
    assert wrong.json()["code"] == "invalid_credentials"
    assert secret
    assert log_in(client).status_code == 200


def test_a_stolen_token_alone_begins_no_mfa(manager):
    assert manager.post("/api/v1/me/mfa").json()["code"] == "invalid_request"
    statuses = [
        manager.post("/api/v1/me/mfa", {"password": f"wrong {number}"}).status_code
        for number in range(6)
    ]
    assert statuses == [401] * 5 + [429]
    assert not TotpDevice.objects.exists()


def test_the_owner_is_told_when_it_is_turned_on_and_off(client, manager, clock, run_jobs):
    secret, _ = turn_on(manager)
    clock.shift(timedelta(seconds=30))
    bearer = {"Authorization": f"Bearer {log_in(client, otp=code(secret)).json()['access']}"}
    clock.shift(timedelta(seconds=30))
    body = {"password": PASSWORD, "code": code(secret)}
    client.delete("/api/v1/me/mfa", body, headers=bearer)
    run_jobs()
    assert [message.to for message in mail.outbox] == [[EMAIL], [EMAIL]]
    assert [message.subject for message in mail.outbox] == [
        "Two-factor authentication was turned on at CongoCart",
        "Two-factor authentication was turned off at CongoCart",
    ]


def test_turning_it_off_takes_password_and_code(client, manager, clock):
    secret, _ = turn_on(manager)
    clock.shift(timedelta(seconds=30))
    pair = log_in(client, otp=code(secret)).json()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    clock.shift(timedelta(seconds=30))
    for body in (
        {"password": "wrong", "code": code(secret)},
        {"password": PASSWORD, "code": "000000"},
    ):
        assert client.delete("/api/v1/me/mfa", body, headers=bearer).status_code == 401
    body = {"password": PASSWORD, "code": code(secret)}
    assert client.delete("/api/v1/me/mfa", body, headers=bearer).status_code == 204
    assert log_in(client).status_code == 200


def test_where_it_is_required_staff_without_it_are_customers(client, manager, settings, clock):
    settings.STAFF_MFA_REQUIRED = True
    assert manager.get("/api/v1/api-keys").status_code == 403
    secret, _ = turn_on(manager)
    clock.shift(timedelta(seconds=30))
    pair = log_in(client, otp=code(secret)).json()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    assert client.get("/api/v1/api-keys", headers=bearer).status_code == 200
    again = client.post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}).json()
    bearer = {"Authorization": f"Bearer {again['access']}"}
    assert client.get("/api/v1/api-keys", headers=bearer).status_code == 200


def admin_login(**more):
    form = {"username": EMAIL, "password": PASSWORD, **more}
    return Client().post("/admin/login/?next=/admin/", form)


def test_the_admin_asks_for_the_code_too(manager, clock, settings):
    assert admin_login().status_code == 302
    secret, _ = turn_on(manager)
    clock.shift(timedelta(seconds=30))
    page = admin_login()
    assert page.status_code == 200
    assert "is needed too" in page.content.decode()
    assert admin_login(otp="000000").status_code == 200
    assert admin_login(otp=code(secret)).status_code == 302


def test_where_it_is_required_the_admin_lets_in_without_as_far_as_to_set_one_up(manager, settings):
    settings.STAFF_MFA_REQUIRED = True
    browser = Client()
    form = {"username": EMAIL, "password": PASSWORD}
    page = browser.post("/admin/login/?next=/admin/orders/order/", form, follow=True)
    assert page.redirect_chain[-1] == ("/admin/second-factor/", 302)


def test_the_field_for_the_code_belongs_to_the_form(client):
    page = client.get("/admin/login/").content.decode()
    form = page[page.index('id="login-form"') :]
    assert 'name="otp"' in form[: form.index("</form>")]


def test_an_erased_user_leaves_no_mfa(manager, client, clock):
    secret, _ = turn_on(manager)
    clock.shift(timedelta(seconds=30))
    bearer = {"Authorization": f"Bearer {log_in(client, otp=code(secret)).json()['access']}"}
    client.delete("/api/v1/me", {"password": PASSWORD}, headers=bearer)
    assert not User.objects.filter(is_active=True).exists()
    assert not TotpDevice.objects.exists()
    assert not RecoveryCode.objects.exists()
