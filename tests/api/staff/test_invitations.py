"""Invitations to the staff over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from accounts.domain import Device, Role
from accounts.models import RefreshSession, StaffInvitation, User
from accounts.services import ensure_user, log_in, register_user
from accounts.tasks import purge
from accounts.tokens.signed_links import Purpose, sign_link_token
from tests.conftest import PASSWORD
from tests.shop import new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

PATH = "/api/v1/staff/invitations"
GRACE = "grace@example.com"
OTHER = "staple hinge lantern"


@pytest.fixture
def admin(client_of) -> APIClient:
    return client_of(Role.ADMIN, email="boss@example.com")


def invite(admin: APIClient, role: str = "support", email: str = GRACE) -> dict[str, Any]:
    response = admin.post(PATH, {"email": email, "role": role})
    assert response.status_code == 201, response.content
    return response.json()


def token_of(invited: dict[str, Any]) -> str:
    return sign_link_token(Purpose.JOIN_STAFF, StaffInvitation.objects.get(pk=invited["id"]))


def accept(client: APIClient, token: str, password: str = OTHER, **names: str):
    return client.post(f"{PATH}/accept", {"token": token, "password": password, **names})


def roles_of(email: str = GRACE) -> list[str]:
    return sorted(group.name for group in User.objects.get(email=email).groups.all())


def can_log_in(client: APIClient, password: str, email: str = GRACE) -> bool:
    body = {"email": email, "password": password}
    return client.post("/api/v1/auth/token", body).status_code == 200


def test_who_is_invited_gets_a_link_and_has_no_account_before_accepting(admin, client, run_jobs):
    invited = invite(admin, email="Grace@Example.COM")
    assert (invited["email"], invited["role"], invited["status"]) == (GRACE, "support", "open")
    (job,) = ProcrastinateJob.objects.filter(task_name="accounts.emails.send_staff_invitation")
    assert job.args == {"invitation_id": invited["id"]}
    run_jobs()
    assert not User.objects.filter(email=GRACE).exists()
    (message,) = mail.outbox
    assert message.to == [GRACE]
    token = re.search(r"/admin/invitation/\?token=(\S+)", message.body)[1]
    assert accept(client, token, first_name="Grace", last_name="Hopper").status_code == 204
    grace = User.objects.get(email=GRACE)
    assert (grace.first_name, grace.last_name) == ("Grace", "Hopper")
    assert grace.email_verified_at is not None
    assert (roles_of(), grace.is_staff, grace.is_superuser) == (["support"], True, False)
    assert can_log_in(client, OTHER)
    (listed,) = admin.get(PATH).json()["results"]
    assert listed["status"] == "accepted"


def test_a_link_works_once(admin, client):
    token = token_of(invite(admin))
    assert accept(client, token).status_code == 204
    again = accept(client, token)
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda admin, made: admin.delete(f"{PATH}/{made['id']}"),
        lambda admin, made: invite(admin),
        lambda admin, made: StaffInvitation.objects.update(email="eve@example.com"),
        lambda admin, made: StaffInvitation.objects.update(role="admin"),
        lambda admin, made: StaffInvitation.objects.update(expires_at=timezone.now()),
        lambda admin, made: User.objects.filter(email="boss@example.com").update(is_active=False),
        lambda admin, made: ensure_user(
            email="boss@example.com", password=PASSWORD, role=Role.MANAGER
        ),
    ],
    ids=["revoked", "replaced", "other address", "other role", "expired", "sender closed",
         "sender demoted"],
)  # fmt: skip
def test_a_link_is_void_once_what_it_stands_on_is_gone(admin, client, spoil):
    made = invite(admin)
    token = token_of(made)
    spoil(admin, made)
    refused = accept(client, token)
    assert (refused.status_code, refused.json()["code"]) == (400, "link_invalid")
    assert not User.objects.filter(email__in=[GRACE, "eve@example.com"]).exists()


def test_a_link_is_void_after_seven_days(admin, client):
    token = token_of(invite(admin))
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1), tick=False):
        assert accept(client, token).json()["code"] == "link_invalid"


def test_a_link_of_another_purpose_is_no_invitation(admin, client, client_of):
    client_of(email=GRACE)
    token = sign_link_token(Purpose.RESET_PASSWORD, User.objects.get(email=GRACE))
    assert accept(client, token).json()["code"] == "link_invalid"
    assert accept(client, "x").json()["code"] == "link_invalid"


def test_a_customer_keeps_the_account_and_needs_its_own_password(admin, client, client_of):
    me = client_of(email=GRACE)
    token = token_of(invite(admin, "manager"))
    refused = accept(client, token, OTHER)
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")
    assert roles_of() == ["customer"]
    assert accept(client, token, PASSWORD, first_name="Eve").status_code == 204
    grace = User.objects.get(email=GRACE)
    assert (grace.pk, grace.first_name) == (me.user_id, "")
    assert roles_of() == ["customer", "manager"]
    assert grace.is_staff
    assert not RefreshSession.objects.filter(user=grace, revoked_at=None).exists()


def test_guessing_the_password_of_an_invited_customer_gets_slow(admin, client, client_of):
    client_of(email=GRACE)
    token = token_of(invite(admin))
    for _ in range(6):
        response = accept(client, token, OTHER)
    assert response.status_code == 429
    assert accept(client, token, PASSWORD).status_code == 429


def test_a_password_that_someone_else_chose_for_the_address_lets_nobody_in(admin, client):
    register_user(email=GRACE, password=PASSWORD)
    token = token_of(invite(admin))
    assert accept(client, token, OTHER).status_code == 401
    assert User.objects.get(email=GRACE).email_verified_at is None


def test_what_a_guest_bought_under_the_address_joins_the_new_account(admin, client):
    offer_shipping()
    number = new_order(client, stock_variants(1), email=GRACE)["number"]
    assert accept(client, token_of(invite(admin))).status_code == 204
    pair = log_in(email=GRACE, password=OTHER, device=Device(), now=timezone.now())
    headers = {"Authorization": f"Bearer {pair.access}"}
    assert client.get(f"/api/v1/orders/{number}", headers=headers).status_code == 200


def test_a_closed_account_is_not_invited_and_accepts_nothing(admin, client, client_of):
    client_of(email=GRACE)
    token = token_of(invite(admin))
    User.objects.filter(email=GRACE).update(is_active=False)
    assert accept(client, token, PASSWORD).json()["code"] == "link_invalid"
    refused = admin.post(PATH, {"email": GRACE, "role": "support"})
    assert (refused.status_code, refused.json()["code"]) == (409, "account_closed")


def test_who_has_the_role_already_is_not_invited_to_it(admin, client_of):
    client_of(Role.SUPPORT, email=GRACE)
    refused = admin.post(PATH, {"email": GRACE, "role": "support"})
    assert (refused.status_code, refused.json()["code"]) == (409, "role_held")
    assert admin.post(PATH, {"email": GRACE, "role": "fulfillment"}).status_code == 201


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER])
def test_only_an_admin_invites_lists_and_revokes(admin, client_of, role):
    made = invite(admin)
    someone = client_of(role)
    body = {"email": "eve@example.com", "role": "support"}
    assert someone.post(PATH, body).status_code == 403
    assert someone.get(PATH).status_code == 403
    assert someone.delete(f"{PATH}/{made['id']}").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"email": GRACE},
        {"email": GRACE, "role": "customer"},
        {"email": GRACE, "role": "owner"},
        {"email": GRACE, "role": ["admin"]},
        {"email": "grace", "role": "support"},
        {"email": "gräce@example.com", "role": "support"},
        {"email": f"{'x' * 300}@example.com", "role": "support"},
    ],
)
def test_a_bad_invitation_is_refused(admin, body):
    assert admin.post(PATH, body).status_code == 400
    assert not StaffInvitation.objects.exists()


@pytest.mark.parametrize("password", ["short", "password", "grace@example.com"])
def test_a_weak_password_is_refused_and_the_link_goes_on_working(admin, client, password):
    token = token_of(invite(admin))
    refused = accept(client, token, password)
    assert (refused.status_code, refused.json()["code"]) == (400, "weak_password")
    assert accept(client, token).status_code == 204


def test_only_a_pending_invitation_is_revoked(admin, client):
    made = invite(admin)
    assert admin.delete(f"{PATH}/{made['id']}").status_code == 204
    assert admin.delete(f"{PATH}/{made['id']}").status_code == 404
    accepted = invite(admin)
    accept(client, token_of(accepted))
    assert admin.delete(f"{PATH}/{accepted['id']}").status_code == 404
    assert [each["status"] for each in admin.get(PATH).json()["results"]] == ["accepted", "revoked"]


def test_a_revoked_invitation_is_not_mailed_any_more(admin, run_jobs):
    made = invite(admin)
    admin.delete(f"{PATH}/{made['id']}")
    run_jobs()
    assert mail.outbox == []


def test_invitations_that_nobody_accepted_go_after_a_month(admin, client):
    accept(client, token_of(invite(admin)))
    invite(admin, email="eve@example.com")
    with time_machine.travel(timezone.now() + timedelta(days=38), tick=False):
        purge(timestamp=0)
    assert [each.email for each in StaffInvitation.objects.all()] == [GRACE]


def test_erasing_an_account_erases_the_invitation_that_led_to_it(
    admin, client, client_of: Callable[..., APIClient]
):
    me = client_of(email=GRACE)
    accept(client, token_of(invite(admin)), PASSWORD)
    pair = log_in(email=GRACE, password=PASSWORD, device=Device(), now=timezone.now())
    me.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    (told,) = me.get("/api/v1/me/export").json()["staff_invitations"]
    assert (told["email"], told["role"]) == (GRACE, "support")
    assert me.post("/api/v1/me/erase", {"password": PASSWORD}).status_code == 204
    assert not StaffInvitation.objects.exists()


def test_the_list_costs_the_same_whatever_its_length(admin, assert_statements):
    for number in range(3):
        invite(admin, email=f"{number}@example.com")
    with assert_statements(3):  # the caller; and that personal data was shown
        assert len(admin.get(PATH).json()["results"]) == 3
