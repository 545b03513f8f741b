from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.domain import Role
from accounts.models import StaffInvitation, User
from accounts.services import ensure_user, invite_staff
from accounts.tokens.signed_links import Purpose, sign_link_token
from core.caller import Caller
from tests.concurrency.racing import assert_audit_finds_nothing, at_once, codes, shopper

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"
EMAIL = "grace@example.com"


@pytest.fixture
def boss() -> User:
    return ensure_user(email="boss@example.com", password=PASSWORD, role=Role.ADMIN)


def invitation(boss: User) -> StaffInvitation:
    now = timezone.now()
    return StaffInvitation.objects.create(
        email=EMAIL, role="support", invited_by=boss, created_at=now,
        expires_at=now + timedelta(days=7),
    )  # fmt: skip


def accept(token: str, password: str = PASSWORD):
    body = {"token": token, "password": password}
    return shopper().post("/api/v1/staff/invitations/accept", body)


@pytest.mark.parametrize("customer", [False, True])
def test_an_invitation_that_is_accepted_many_times_at_once_is_accepted_once(boss, customer):
    if customer:
        ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)
    token = sign_link_token(Purpose.JOIN_STAFF, invitation(boss))
    told = codes(at_once(*[partial(accept, token)] * 8))
    assert told["204"] == 1
    # A loser that read the account before it was there is told that the address is taken.
    assert set(told) <= {"204", "link_invalid", "email_taken"}
    grace = User.objects.get(email=EMAIL)
    assert grace.is_staff
    assert StaffInvitation.objects.get().accepted_by == grace
    assert_audit_finds_nothing()


def test_accepting_and_revoking_at_once_ends_as_one_of_the_two(boss, client_of):
    admin = client_of(Role.ADMIN)
    for _ in range(5):
        User.objects.filter(email=EMAIL).update(email=f"{timezone.now():%f}@example.com")
        made = invitation(boss)
        token = sign_link_token(Purpose.JOIN_STAFF, made)
        path = f"/api/v1/staff/invitations/{made.pk}"
        accepted, revoked = at_once(partial(accept, token), partial(admin.delete, path))
        assert sorted([accepted.status_code, revoked.status_code]) in ([204, 400], [204, 404])
        made.refresh_from_db()
        assert (made.accepted_at is None) == (accepted.status_code == 400)
        assert User.objects.filter(email=EMAIL).exists() == (accepted.status_code == 204)


def test_of_two_invitations_at_once_one_is_open(boss):
    caller = Caller(boss.pk, frozenset({"admin"}))

    def send() -> StaffInvitation:
        return invite_staff(email=EMAIL, role=Role.SUPPORT, caller=caller, now=timezone.now())

    sent = at_once(*[send] * 6)
    assert len({each.pk for each in sent}) == 6
    assert StaffInvitation.objects.open(timezone.now()).count() == 1
